"""Erasing a person: their key is destroyed first, then everybody is told. Either half may be done again."""

import secrets
from dataclasses import dataclass

from shared.access import Actor
from shared.events.base import Command
from shared.kernel.commands import Commands
from shared.kernel.document import Answer
from shared.shelf import GONE, Shelf


@dataclass(frozen=True)
class Erased:
    """`had_key`: was there anything to destroy? `answer` None: the service has not said yet what it ended. `known`: the
    database has a key of theirs, or the word that there was one.
    """

    had_key: bool
    answer: Answer | None
    known: bool = True

    @property
    def unsure(self) -> bool:
        """Neither key nor answer: a slip, or a database that is lost and still to be read back, with a key in it."""
        return not self.known and self.answer is None


async def erase(keys: Shelf, commands: Commands, person: str, command: Command, by: Actor) -> Erased:
    """`keys`: of the service whose person it is. From the first step on nobody opens anything of theirs.

    Who is not known at all, neither by key nor by document, leaves no tombstone: it was a slip.
    """
    row = (await keys.find([person])).get(person)
    if row is not None:
        await keys.remove(person)
    answer = await commands.ask(person, command, f"erase-{secrets.token_hex(10)}", by, adapter="erase")
    if row is None and answer and not answer.refused:
        await keys.remove(person)
    return Erased(row is not None and row != GONE, answer, known=row is not None)
