"""A service as real ones are, and as small as can be: each input is a decision that is journalled and told to others."""

from collections import Counter
from datetime import datetime
from random import Random
from typing import Any, ClassVar

from shared.events.base import Code, Event, Frozen, Key, Route, Token, by_type
from shared.events.referrals import Language, Municipality
from shared.kernel.decider import Context, Decision, decider
from shared.kernel.record import Message, Subscriptions, encode, envelope

SERVICE, STEPS, TOTALS = "ledger", "steps", "totals"
TOPICS = (STEPS, TOTALS, f"{SERVICE}.commands", f"{SERVICE}.journal", f"{SERVICE}.dead-letters")


class Step(Event):
    """About 400 bytes of JSON, as a case's events are."""

    type: ClassVar[str] = "bench.step.v1"

    case: Key
    kind: Code
    language: Language
    area: Municipality
    amount: int
    sealed: Token


class Counted(Event):
    type: ClassVar[str] = "bench.counted.v1"

    case: Key
    kind: Code
    count: int
    total: int

    def route(self) -> Route:
        return Route(TOTALS, self.case)


class Account(Frozen):
    kind: str = ""
    count: int = 0
    total: int = 0


def decide(account: Account, step: Any, context: Context) -> Decision:
    total = account.total + step.amount
    return [Counted(case=context.key, kind=step.kind, count=account.count + 1, total=total)]


def evolve(_: Account, event: Any) -> Account:
    return Account(kind=event.kind, count=event.count, total=event.total)


def due(_: Account) -> datetime | None:
    return None


ACCOUNT = decider(Account, decide, evolve, due, (Counted,))


def subscriptions(topic: str) -> Subscriptions:
    return Subscriptions(f"{SERVICE}.commands", {}, {topic: by_type((Step,))})


def records(count: int, keys: int, topic: str = STEPS) -> list[Message]:
    """As a service of ours would have published them: keys at random, each one's numbered from 1."""
    luck, sent = Random(1), Counter[int]()
    made = []
    for number in range(count):
        key = luck.randrange(keys)
        sent[key] += 1
        made.append(record(topic, number, f"account-{key}", sent[key]))
    return made


def record(topic: str, number: int, case: str, sequence: int) -> Message:
    """`sequence`: the how manieth of its case."""
    step = Step(
        case=case, kind=f"kind_{number % 7}", language="vi", area="08220", amount=number % 100, sealed="x" * 200
    )
    head = envelope(
        id=f"{case}:{sequence}:0", source=f"/tsunagu/bench/{case}", type=Step.type,
        time="2025-06-10T10:00:00+09:00", sequence=sequence,
    )  # fmt: skip
    return Message(topic, case, encode(step.model_dump(mode="json")), head)
