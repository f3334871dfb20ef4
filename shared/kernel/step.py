"""One input, decided: what becomes of the document, and the line of its journal. Pure, as is all of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from shared.errors import DomainError, NewerVersion
from shared.events.base import Event
from shared.kernel.decider import Context, Decider, Decision, Refused, Tick
from shared.kernel.document import Answer, Cause, Document, Entry
from shared.kernel.record import Input, Kind, Place
from shared.kernel.streams import HORIZON, Horizon, Sent

Committed = Mapping[Place, int]


@dataclass(frozen=True)
class World:
    """What a fold depends on besides document and inputs. `committed`: below these offsets all effects are on Kafka.

    `token`: the `rev` of whatever this fold changes: its run's name, a dot, its own. No other fold has it, so nothing is
    written on what another one did. `horizon`: see shared.kernel.streams.
    """

    service: str
    cluster: str
    now: datetime
    token: str
    deciders: Mapping[str, Decider[Any]]
    committed: Committed
    view: Any = None
    horizon: Horizon = HORIZON

    def wrote(self, document: Document) -> bool:
        """Is it as this run of reading has left it?"""
        return document.rev.partition(".")[0] == self.token.partition(".")[0]

    @cached_property
    def at(self) -> str:
        """As it is told."""
        return self.now.isoformat(timespec="seconds")


def step(document: Document, one: Input, world: World) -> tuple[Document, Entry | None]:
    """One input, decided. The document itself comes back when the input is a tick that came too early."""
    rules = _rules(document, world)
    if one.kind is Kind.UNREADABLE:
        raise DomainError(f"{one.record} is not readable here: {one.flaw}")
    state = rules.state.model_validate(document.state)
    if one.kind is Kind.TICK and not _is_due(rules, state, world.now):
        return document, None
    context = Context(document.key, world.now, one.time or world.now, one.id, world.view)
    decision = rules.decide(state, Tick() if one.kind is Kind.TICK else one.data, context)
    told = [event for event in decision if isinstance(event, Event)]
    for event in told:
        state = rules.evolve(state, event)
    due = rules.due(state)
    if one.kind is Kind.TICK and due is not None and due <= world.now:
        raise DomainError(f"{document.key} is still due at {due} after its tick")
    return _written(document, one, decision, state.model_dump(mode="json"), due, rules.number, world)


def _rules(document: Document, world: World) -> Decider[Any]:
    rules = world.deciders.get(document.kind)
    if rules is None:
        raise DomainError(f"{world.service} keeps no {document.kind!r} documents")
    if document.evolve > rules.number:
        raise NewerVersion(
            f"{document.kind} documents are in form {document.evolve} already, this version knows form {rules.number}"
        )
    if document.version and document.evolve < rules.number:
        raise DomainError(f"{document.key} could not be refolded from its journal")
    return rules


def _is_due(rules: Decider[Any], state: Any, now: datetime) -> bool:
    due = rules.due(state)
    return due is not None and due <= now


def _written(
    document: Document,
    one: Input,
    decision: Decision,
    state: dict[str, Any],
    due: datetime | None,
    evolve: int,
    world: World,
) -> tuple[Document, Entry]:
    position = document.version + 1
    sent, events = number(document, [e for e in decision if isinstance(e, Event)])
    refused = next((e for e in decision if isinstance(e, Refused)), None)
    entry = Entry(
        document=document.key,
        position=position,
        at=world.at,
        cause=cause_of(one, world),
        stream=one.stream or None,
        sequence=one.sequence or None,
        command=one.id if one.kind is Kind.COMMAND else None,
        answer={"refused": refused.code, "message": refused.message} if refused else None,
        events=events,
        hash=one.hash if one.kind is Kind.COMMAND else None,
        kept=bool(one.kept),
        by=one.by or None,
    )
    changes = document.marked(one, world.cluster)
    heard = {one.stream: one.sequence} if one.kind is Kind.EVENT else {}
    streams = document.streams.after(heard, sent, int(world.now.timestamp()), world.horizon)
    if entry.command:
        below = world.committed.get(entry.cause.place, 0)
        changes["ids"] = document.answered(entry.command, answer(entry), below)
    after = document.but(
        rev=world.token, version=position, state=state, due=due, evolve=evolve, streams=streams,
        outbox=(*document.outbox, entry), **changes,
    )  # fmt: skip
    return after, entry


def answer(entry: Entry) -> Answer:
    """What became of the command that the entry answers."""
    said = entry.answer or {}
    at_ms = int(datetime.fromisoformat(entry.at).timestamp() * 1000)
    return Answer(
        entry.hash or "", entry.position, at_ms, entry.cause.offset, said.get("refused"), said.get("message")
    )  # fmt: skip


def number(document: Document, events: Sequence[Event]) -> tuple[dict[str, Sent], list[dict[str, Any]]]:
    """Gives each routed event its number in its stream, and every event an id that its place in the journal implies. The first
    of the result: topic|key → number of the last event told there.
    """
    position = document.version + 1
    sent: dict[str, Sent] = {}
    numbered = []
    for index, event in enumerate(events):
        route = event.route()
        name = f"{route.topic}|{route.key}" if route else ""
        if route:
            last = sent.get(name)
            sent[name] = last._replace(number=last.number + 1) if last else document.streams.next(name, position)
        numbered.append({
            "type": event.type,
            "id": f"{document.key}:{position}:{index}",
            "data": event.model_dump(mode="json", by_alias=True, exclude_none=True),
            "topic": route and route.topic,
            "key": route and route.key,
            "sequence": sent[name].number if route else None,
            **({"began": sent[name].began} if route and sent[name].began else {}),
        })  # fmt: skip
    return sent, numbered


def cause_of(one: Input, world: World) -> Cause:
    record = one.release or one.record
    return Cause(world.cluster, record.place.topic, record.place.partition, record.offset)


def refold(
    rules: Decider[Any], entries: Sequence[Entry], before: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """The state that a journal amounts to; `before`: the state that its beginning led to."""
    state: BaseModel = rules.state.model_validate(before)
    for entry in entries:
        for event in entry.events:
            state = rules.evolve(state, rules.events[event["type"]].model_validate(event["data"]))
    return state.model_dump(mode="json")
