"""Notify's settings: the common ones, where mail goes, and the secrets that it needs."""

from typing import Annotated

from pydantic import Field

from shared.setting_types import MailServer, Secret, Sender, WrappingKeysFile
from shared.settings import Settings


class NotifySettings(Settings):
    """`smtp`: host:port. `wrapping_keys`: file of what wraps data keys. `link_secret`: signs links in mails."""

    smtp: Annotated[MailServer, Field(description="mail server, host:port")]
    sender: Sender = "Tsunagu <tsunagu@localhost>"
    wrapping_keys: Annotated[WrappingKeysFile, Field(description="file of the wrapping keys, of `tsunagu keys make`")]
    link_secret: Annotated[Secret, Field(description="32 characters or more, a secret of intake and notify")]
