"""The SMTP side: every mail is accepted, and answered with 250 only once it is on disk."""

import asyncio
import logging

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mail.index import Index
from deploy.local.mail.store import Store

MAX_SIZE = 1024 * 1024
"""Bytes of one mail; announced to clients as SIZE."""

_log = logging.getLogger(__name__)


class Accept:
    """What the server does with a mail; the method's name is the server library's."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail. 451, try again later, when the disk does not take it."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        try:
            n = await self._keep(envelope.mail_from or "", envelope.rcpt_tos, raw)
        except OSError as error:
            _log.error("a mail could not be kept: %s", error)
            return f"451 could not be kept: {error.strerror}"
        return f"250 kept as {n}"

    async def _keep(self, sender: str, to: list[str], raw: bytes) -> int:
        # The slow steps are done in threads, for many mails at a time. The number is given in between,
        # one mail at a time: a reader who has seen number 7 need not look for a late number 6.
        draft = await asyncio.to_thread(self._store.write, sender, to, raw)
        mail = self._store.number(draft)
        self._index.add(mail)
        await asyncio.to_thread(self._store.sync)
        return mail.n


async def serve_smtp(host: str, port: int, store: Store, index: Index) -> asyncio.Server:
    """Listen on `host:port`. Raises OSError."""

    def connection() -> SMTP:
        return SMTP(
            Accept(store, index),
            data_size_limit=MAX_SIZE,
            enable_SMTPUTF8=True,
            # Otherwise it asks the name service for this machine's name, for each connection.
            hostname="localhost",
            ident="Tsunagu",
        )

    return await asyncio.get_running_loop().create_server(connection, host, port)
