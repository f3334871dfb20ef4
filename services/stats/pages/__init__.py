"""The status page, for operators; the figures, which are for everybody, are in web.py."""
