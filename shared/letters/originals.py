"""A dead letter's record, whole again: from the topic where it lay, or else from the letter."""

import hashlib
from types import TracebackType

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.kafka.log import Log
from shared.kernel.record import Record
from shared.letters.content import Content, LetterOpener
from shared.letters.head import Head


class Gone(TsunaguError):
    """The record can be had no more, or not here."""


class Originals:
    """`async with Originals(kafka, opener) as originals`. Its topic first: for that nothing need be opened."""

    def __init__(self, kafka: Kafka, opener: LetterOpener | None) -> None:
        """`opener`: None where letters may not be opened."""
        self._log, self._opener = Log(kafka, ()), opener

    async def __aenter__(self) -> "Originals":
        await self._log.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._log.__aexit__(kind, error, trace)

    async def find(self, head: Head) -> Record:
        """Raises Gone, and what opening a letter raises."""
        record = await self._log.one(head.place, head.offset)
        if record is not None:
            return _checked(record, head)
        if self._opener is None:
            raise Gone(
                f"the record is no longer on {head.place.topic}, and its letter is sealed: "
                f"`tsunagu dead-letters replay {head.id}`, where the network's keys are, opens it"
            )
        whole = (await self.content(head, self._opener)).whole(head)
        if whole is None:
            raise Gone(
                f"the record is no longer on {head.place.topic}, and of its {head.size} bytes the letter has only the "
                "beginning: whoever sent it must send it anew; then discard the letter"
            )
        return whole

    async def content(self, head: Head, opener: LetterOpener) -> Content:
        """What the letter itself holds. Raises Gone, and what opening it raises."""
        dead = await self._log.one(head.where.place, head.where.offset) if head.where else None
        if dead is None:
            raise Gone(f"the dead letter of {head.id} is no longer on its topic")
        return await opener.open(head, dead.value or b"")


def _checked(record: Record, head: Head) -> Record:
    if hashlib.sha256(record.value or b"").hexdigest() != head.hash:
        raise Gone(
            f"what lies at {head.id} is not what the letter tells of: its hash differs. The topic was made anew, or the "
            "person it was about is erased; discard the letter"
        )
    return record
