"""No event, command or journal entry holds a person's data in the clear. See personal.py."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from shared.events.base import Code, Command, Event, Frozen, Key, Moment, Sealed
from tests.house.contracts import models
from tests.house.personal import ALLOWED, findings

MODELS = models()


@pytest.mark.parametrize("type_", sorted(MODELS))
def test_nothing_of_a_person_in_the_clear(type_: str) -> None:
    found = findings(MODELS[type_])
    assert not found, f"{type_}:\n" + "\n".join(f"  {where}: {advice}" for where, advice in found.items())


def test_every_exception_is_still_one() -> None:
    everything = {where for model in MODELS.values() for where in findings(model, allowed={})}
    assert ALLOWED.keys() - everything == set(), "nothing needs these exceptions any more: take them out"


class Inner(Frozen):
    email_address: Code
    said: str


class Careless(Event):
    type = "careless"

    family_name: Key | None = None
    contact: str
    remarks_by_day: dict[str, str] = {}
    items: tuple[Inner, ...] = ()
    maybe: Annotated[str, Field(max_length=40)] | None = None
    anything: dict[str, Any] = {}
    whatever: Any = None
    several: list[str] = []
    by_day: dict[str, str] = {}


class Careful(Command):
    type = "careful"

    contact: Sealed | None = None
    reason: Code
    how: Literal["phone", "in_person"]
    at: Moment
    case: Key
    counts: dict[str, int] = {}
    renamed: Code
    flag: bool = False


@pytest.mark.parametrize(
    ("where", "advice"),
    [
        ("Careless.family_name", "about a person"),
        ("Careless.contact", "about a person"),
        ("Careless.remarks_by_day", "about a person"),
        ("Inner.email_address", "about a person"),
        ("Inner.said", "free text"),
        ("Careless.maybe", "free text"),
        ("Careless.anything", "may hold anything"),
        ("Careless.whatever", "may hold anything"),
        ("Careless.several", "free text"),
        ("Careless.by_day", "free text"),
    ],
)
def test_what_is_careless_is_seen(where: str, advice: str) -> None:
    assert advice in findings(Careless)[where]


def test_what_is_careful_passes() -> None:
    assert findings(Careful) == {}
