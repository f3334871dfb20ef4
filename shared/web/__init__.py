"""How pages look: one base, one style sheet, a few macros, and no script. `pages.Pages` renders them.

Nothing is imported here: mails use a part of this (environment.py) and no web server.
"""
