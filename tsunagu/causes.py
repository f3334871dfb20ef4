"""Decisions of several services, each after what it answers."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import NamedTuple

from shared.kernel.document import Entry
from shared.kernel.journal import source
from tsunagu.where import SERVICES


class Decided(NamedTuple):
    service: str
    entry: Entry


def in_order(found: Iterable[Decided]) -> list[Decided]:
    """By time, but none before its cause: journals tell seconds, in which a case may go through three services and back."""
    every = sorted(found, key=_place)
    sorter: TopologicalSorter[int] = TopologicalSorter(_causes(every))
    sorter.prepare()
    ready, ordered = list[int](), list[Decided]()
    while sorter.is_active():
        for number in sorter.get_ready():
            heapq.heappush(ready, number)
        first = heapq.heappop(ready)
        ordered.append(every[first])
        sorter.done(first)
    return ordered


def _place(one: Decided) -> tuple[datetime, int, str, int]:
    return datetime.fromisoformat(one.entry.at), SERVICES.index(one.service), one.entry.document, one.entry.position


def _causes(every: Sequence[Decided]) -> dict[int, set[int]]:
    """Number → those before it: the decision whose event it answers, and the last one about the same document."""
    told = {
        (f"{source(one.service, one.entry.document, event)}|{event['topic']}", event["key"], event["sequence"]): number
        for number, one in enumerate(every)
        for event in one.entry.events
        if event["topic"]
    }
    places = {(one.service, one.entry.document, one.entry.position): number for number, one in enumerate(every)}
    before: dict[int, set[int]] = {}
    for number, (service, entry) in enumerate(every):
        asked = told.get((entry.stream or "", entry.document, entry.sequence))
        last = places.get((service, entry.document, entry.position - 1))
        before[number] = {one for one in (asked, last) if one is not None}
    return before
