"""Every topic that carries events: who alone writes it, who reads it, what keys it, how long it keeps.

Topics are made by deploy/kafka/topics.py; what each service reads is wired in its app. Tests hold this table to both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import getdoc
from types import ModuleType
from typing import Any

from shared.events import (
    cases,
    deliveries,
    hold_answers,
    holds,
    matches,
    offers,
    person_keys,
    referrals,
    responses,
    roster,
    updates,
)
from shared.events.base import Event

WEEK_MS = 7 * 24 * 3600 * 1000
FOR_EVER: Mapping[str, Any] = {"cleanup.policy": ["delete"], "retention.ms": -1}
WEEK: Mapping[str, Any] = {"cleanup.policy": ["delete"], "retention.ms": WEEK_MS}
COMPACTED: Mapping[str, Any] = {"cleanup.policy": ["compact"]}


@dataclass(frozen=True)
class Channel:
    """`module`: of shared.events. `writer`, `readers`: services; a partner is `partner`. `keeps`: Kafka's own settings."""

    module: ModuleType
    address: str
    key: str
    writer: str
    readers: tuple[str, ...]
    keeps: Mapping[str, Any]
    partitions: int | None = None

    @property
    def name(self) -> str:
        return self.address.replace("{org}.", "").replace(".", "-")

    @property
    def models(self) -> tuple[type[Event], ...]:
        return tuple(getattr(self.module, "EVENTS", (person_keys.PersonKey,)))

    @property
    def about(self) -> str:
        return getdoc(self.module) or ""

    @property
    def public(self) -> bool:
        return "partner" in (self.writer, *self.readers)


CHANNELS = (
    Channel(referrals, referrals.topic("{org}"), "its own reference", "partner", ("intake",), WEEK, partitions=1),
    Channel(updates, updates.topic("{org}"), "the partner's reference", "intake", ("partner",), FOR_EVER, partitions=1),
    Channel(cases, cases.TOPIC, "case", "intake", ("matching", "stats"), FOR_EVER),
    Channel(matches, matches.TOPIC, "case", "matching", ("intake", "stats"), FOR_EVER),
    Channel(holds, holds.TOPIC, "supporter", "matching", ("matching",), FOR_EVER),
    Channel(hold_answers, hold_answers.TOPIC, "case", "matching", ("matching",), FOR_EVER),
    Channel(offers, offers.TOPIC, "recipient", "matching", ("notify",), FOR_EVER),
    Channel(responses, responses.TOPIC, "case", "notify", ("matching", "stats"), FOR_EVER),
    Channel(deliveries, deliveries.TOPIC, "case", "notify", (), FOR_EVER),
    Channel(roster, roster.TOPIC, "supporter", "matching", ("matching", "notify"), COMPACTED),
    Channel(person_keys, person_keys.RESIDENTS, "case", "intake", ("notify",), COMPACTED, partitions=1),
    Channel(person_keys, person_keys.SUPPORTERS, "supporter", "matching", ("notify",), COMPACTED, partitions=1),
)
"""The two that partners see come first."""
