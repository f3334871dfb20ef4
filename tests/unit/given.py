"""given(decider, events).when(input).then(events): how a domain's tests are told.

    given(CASE, Opened(referral=...)).when(CaseWithdrawn(...)).then(OfferWithdrawn, Closed)

Beside what a test says, each step checks what the kernel relies on: state and events survive being stored
(the state is the fold of what the journal holds), and no document is still due after its tick.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events.base import Event
from shared.kernel.decider import Context, Decider, Refused, Tick

NOON = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
"""Monday noon in Tokyo."""


class some:  # noqa: N801  # reads as a word: then(some(Offered, wave=2))
    """An event of which only these fields matter."""

    def __init__(self, kind: type[Any], /, **fields: Any) -> None:
        self.kind, self.fields = kind, fields

    def __repr__(self) -> str:
        return f"some({self.kind.__name__}, {self.fields})"

    def fits(self, happened: Any) -> bool:
        told = {name: getattr(happened, name, None) for name in self.fields}
        return isinstance(happened, self.kind) and told == self.fields


class given:  # noqa: N801
    """A document, by what happened to it. `state`: as it is now. `happened`: what the last `when` led to."""

    def __init__(self, rules: Decider[Any], *events: Event, key: str = "case-1", view: Any = None) -> None:
        self.rules, self.key, self.view, self.now = rules, key, view, NOON
        self.state = rules.state()
        self.happened: list[Any] = []
        self._inputs = 0
        for event in events:
            self._evolve(event)

    def when(self, *inputs: Any, at: datetime | None = None) -> "given":
        """Each input in turn. `at`: the time of the input, where it is not now."""
        self.happened = []
        for one in inputs:
            self._inputs += 1
            context = Context(self.key, self.now, at or self.now, f"cause:{self._inputs}", self.view)
            for result in self.rules.decide(self.state, one, context):
                self.happened.append(result)
                if not isinstance(result, Refused):
                    self._evolve(result)
        return self

    def then(self, *expected: Any) -> "given":
        """What happened, all of it in order: events, kinds of event, some(…), or the code of a refusal."""
        fits = [_fits(want, got) for want, got in zip(expected, self.happened, strict=False)]
        told = "\n".join(f"  {result!r}" for result in self.happened) or "  nothing"
        assert all(fits) and len(expected) == len(self.happened), f"expected {expected}; it was\n{told}"
        return self

    def later(self, **by: float) -> "given":
        """Time passes, and the document is looked at if it wanted to be."""
        self.now += timedelta(**by)
        due = self.rules.due(self.state)
        if due is None or due > self.now:
            self.happened = []
            return self
        self.when(Tick())
        after = self.rules.due(self.state)
        assert after is None or after > self.now, f"still due at {after} after its tick: the kernel calls that a bug"
        return self

    def last(self, kind: type[Any]) -> Any:
        """The last event of that kind that the last step led to."""
        return [result for result in self.happened if isinstance(result, kind)][-1]

    def _evolve(self, event: Event) -> None:
        assert event.type in self.rules.events, (
            f"{event.type} is not among the decider's events: no journal could hold it"
        )
        stored = event.model_dump(mode="json", by_alias=True, exclude_none=True)
        after = self.rules.evolve(self.state, self.rules.events[event.type].model_validate(stored))
        unstored = self.rules.evolve(self.state, event)
        told = _json(after)
        assert told == _json(unstored), f"{event.type} is another one once it is stored"
        self.state = self.rules.state.model_validate(told)
        assert _json(self.state) == told, "the state is another one once it is stored"


def _json(state: Any) -> Any:
    return state.model_dump(mode="json")


def _fits(want: Any, got: Any) -> bool:
    match want:
        case str():
            return isinstance(got, Refused) and got.code == want
        case some():
            return want.fits(got)
        case type():
            return isinstance(got, want)
    return bool(want == got)
