"""The inbox for programs: the JSON API."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from deploy.local.mail.index import Entry, Index
from deploy.local.mail.letter import Letter, read_letter
from deploy.local.mail.store import Store


def api(store: Store, index: Index) -> APIRouter:
    """`GET /api/mails` and `GET /health/ready`."""
    router = APIRouter()

    @router.get("/api/mails")
    async def mails(
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 500,
        wait: Annotated[float, Query(ge=0, le=60)] = 0,
    ) -> dict[str, Any]:
        """Mails after number `after`, oldest first; waits up to `wait` seconds for the first of them.

        `last` is what to ask for next as `after`.
        """
        await index.wait_after(after, wait)
        entries = index.after(after, limit)
        last = entries[-1].n if len(entries) == limit else max(after, index.last)
        return {"mails": await asyncio.to_thread(_as_json, store, entries), "last": last}

    @router.get("/health/ready")
    async def ready() -> dict[str, Any]:
        """Mail is accepted: the SMTP server listens before this one does."""
        return {"ready": True, "waiting_for": []}

    return router


def _as_json(store: Store, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [_mail(entry, read_letter(store.read(entry.n).raw)) for entry in entries]


def _mail(entry: Entry, letter: Letter) -> dict[str, Any]:
    return {
        "n": entry.n,
        "to": entry.to,
        "from": entry.sender,
        "subject": entry.subject,
        "message_id": entry.message_id,
        "date": entry.date.isoformat(),
        "text": letter.text or "",
        "headers": {name: value for name, value in letter.headers if name.lower().startswith("x-")},
        "repeats": entry.repeats,
    }
