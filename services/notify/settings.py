"""Notify's settings: the common ones, where mail goes, and the two secrets that only it has."""

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class NotifySettings(Settings):
    """`smtp`: host:port. `network_key`: file of the network's private keys. `link_secret`: signs links in mails."""

    smtp: str = Field(pattern=r"^[^:]+:\d+$")
    sender: str = "Tsunagu <tsunagu@localhost>"
    network_key: Path
    link_secret: str = Field(min_length=32)
