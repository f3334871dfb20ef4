"""What every event and command is: a frozen pydantic model with a CloudEvents type and, if others read it, a route."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def whole_second(moment: datetime) -> datetime:
    """Times are told to the second: finer is noise here, and the same instant always has the same bytes."""
    return moment.replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(whole_second)]
Key = Annotated[str, Field(pattern=r"^[a-z]+-[A-Za-z0-9._-]{1,80}$")]
"""A document's key: its kind, a dash, its id: `case-…`, `supporter-…`."""
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A reason, category or outcome: a code from a closed set, never free text."""
Org = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,249}$")]
"""A partner organisation, as its topics name it."""
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:+-]{0,200}$")]
"""An id, a hash, a code or a time of our own making: no spaces, so nobody's sentence."""
Sealed = Annotated[str, Field(max_length=44_000, pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$")]
"""A JWE in compact form (RFC 7516). Whoever carries it cannot read it. As long as the longest resident (shared.privacy.person),
all of it in signs that JSON escapes."""


class Frozen(BaseModel):
    """An immutable value. Unknown fields are ignored: within a major version fields are only ever added.

    The text under a field is its description in the schema, and so in the contracts that strangers read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True, defer_build=True)


class Route(NamedTuple):
    """Where an event goes: a topic, and the key that keeps its order there."""

    topic: str
    key: str


class Event(Frozen):
    """Something that has happened. `route` is None for what only its own document's journal needs to remember."""

    type: ClassVar[str]

    def route(self) -> Route | None:
        return None


class Command(Frozen):
    """Something that somebody wants of one document of the service whose command topic it is written to."""

    type: ClassVar[str]


Types = dict[str, type[Any]]


def by_type(models: Iterable[type[Any]]) -> Types:
    """Models under their CloudEvents type."""
    return {model.type: model for model in models}
