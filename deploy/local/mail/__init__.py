"""A mail server with an inbox to look at: takes every mail for everybody, keeps it, shows it.

`smtp` accepts, `store` keeps on disk, `index` knows what is there, `web` shows it to people and programs.
Run it with `python -m deploy.local.mail --smtp-port N --web-port M --store DIR`.
"""
