"""Notify's settings: the common ones, where mail goes, and the secrets that it needs."""

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class NotifySettings(Settings):
    """`smtp`: host:port. `wrapping_keys`: file of what wraps data keys. `link_secret`: signs links in mails."""

    smtp: str = Field(pattern=r"^[^:]+:\d+$")
    sender: str = "Tsunagu <tsunagu@localhost>"
    wrapping_keys: Path
    link_secret: str = Field(min_length=32)
