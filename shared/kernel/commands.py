"""How commands and ticks get onto a service's command topic, and how whoever sent one learns its answer.

Every one says who sent it (`ce_actor`), and none is written that its sender may not send: a page that offers too much
still does no harm.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.access import COMMANDS, SWEEPER, Actor, Table, check_command
from shared.clock import Clock
from shared.events.base import Command
from shared.kernel.document import Answer
from shared.kernel.ports import Bus, Store
from shared.kernel.record import RELEASE, REPAIR, TICK, Message, content_hash, encode, envelope

PATIENCE = 2.0
"""Seconds after which the caller is told to look again."""
FOR_PEOPLE = 5.0
"""The same where somebody sits before a page."""


def topic(service: str) -> str:
    return f"{service}.commands"


@dataclass
class Commands:
    """Writes to one service's own command topic. `table`: who may send what."""

    service: str
    bus: Bus
    store: Store
    clock: Clock
    table: Table = field(default_factory=lambda: COMMANDS)
    _waiting: dict[tuple[str, str], asyncio.Future[Answer]] = field(default_factory=dict)

    def message(self, key: str, command: Command, id: str, by: Actor, *, adapter: str, origin: str = "") -> Message:
        """`id`: the same for a repeat. `by`: who sends it; raises Forbidden where they may not. `adapter`: which way it
        came in. `origin`: the partner's record, if one.
        """
        value = encode(command.model_dump(mode="json", by_alias=True))
        return self._message(key, command.type, value, id, by, adapter=adapter, origin=origin)

    def _message(
        self, key: str, type: str, value: bytes, id: str, by: Actor, *, adapter: str, origin: str = ""
    ) -> Message:
        check_command(by, type, self.table)
        head = envelope(
            id=id,
            source=f"/tsunagu/{self.service}/{adapter}",
            type=type,
            time=self.clock.now().isoformat(timespec="seconds"),
            actor=str(by),
            origin=origin,
        )
        return Message(topic(self.service), key, value, head)

    async def send(self, messages: Iterable[Message]) -> None:
        await self.bus.publish(list(messages))

    def ticks(self, keys: Iterable[str]) -> list[Message]:
        return [self._message(key, TICK, b"{}", f"tick:{key}", SWEEPER, adapter="sweeper") for key in keys]

    def repair(self, key: str) -> Message:
        """The word that what was missing lies aside."""
        return self._message(key, REPAIR, b"{}", f"repair:{key}", SWEEPER, adapter="repair")

    def release(self, key: str, by: Actor) -> Message:
        """An operator's word that a stuck document is to go on."""
        return self._message(key, RELEASE, b"{}", f"release:{key}", by, adapter="letters")

    async def ask(
        self, key: str, command: Command, id: str, by: Actor, *, adapter: str, within: float = PATIENCE
    ) -> Answer | None:
        """Sends and waits for the answer; None if it has not come within so many seconds (it will: look again).

        An id that was used before for something else is answered with the refusal `id_reused`.
        """
        message = self.message(key, command, id, by, adapter=adapter)
        future = asyncio.get_running_loop().create_future()
        self._waiting[key, id] = future
        try:
            await self.send([message])
            answer = await self._await(future, key, id, within)
            return answer and answer.to(content_hash(command, message.value))
        finally:
            self._waiting.pop((key, id), None)

    async def _await(self, future: "asyncio.Future[Answer]", key: str, id: str, within: float) -> Answer | None:
        """Another replica may own the document: then its answer is found in the document."""
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            done, _ = await asyncio.wait([future], timeout=0.2)
            if done:
                return future.result()
            if answer := await self.store.answer(key, id):
                return answer
        return None

    def answered(self, key: str, id: str, answer: Answer) -> None:
        """The kernel's word that a command's effects are stored and published. Another document may know the same id."""
        if (future := self._waiting.get((key, id))) and not future.done():
            future.set_result(answer)
