"""Of what the services decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

from services.matching import domain
from services.matching.domain.steps import assigned
from shared.events.base import Event
from shared.events.cases import CaseAmended
from shared.events.hold_answers import HoldLost
from shared.events.holds import HoldReleased
from shared.events.matches import Escalated
from shared.events.offers import OfferConfirmed, OfferTaken
from shared.events.responses import ActivityReported, OfferAccepted, OfferDeclined
from tests.delivery.sim.plants.planting import plant


def _decider(kind: str, decide: Any) -> Any:
    rules: Mapping[str, Any] = domain.DECIDERS
    return mock.patch.dict(domain.DECIDERS, {kind: replace(rules[kind], decide=decide)})


@plant
def a_hold_not_released() -> Sequence[Any]:
    """Whoever was not quick enough keeps the place."""
    proper = domain.DECIDERS["supporter"].decide

    def decide(supporter: Any, asked: Any, context: Any) -> Any:
        if isinstance(asked, HoldReleased) and asked.reason == "preempted":
            return []
        return proper(supporter, asked, context)

    return [_decider("supporter", decide)]


def _without(kind: str, left_out: type[Event], when: type[Event] = Event) -> Sequence[Any]:
    """All that is decided but that."""
    proper = domain.DECIDERS[kind].decide

    def decide(state: Any, asked: Any, context: Any) -> Any:
        decision = proper(state, asked, context)
        return [one for one in decision if not (isinstance(one, left_out) and isinstance(asked, when))]

    return [_decider(kind, decide)]


def _deaf(kind: str, to: type[Event]) -> Sequence[Any]:
    proper = domain.DECIDERS[kind].decide

    def decide(state: Any, asked: Any, context: Any) -> Any:
        return [] if isinstance(asked, to) else proper(state, asked, context)

    return [_decider(kind, decide)]


@plant
def others_not_told_that_it_is_taken() -> Sequence[Any]:
    return _without("case", OfferTaken)


@plant
def who_has_it_not_told_of_a_change() -> Sequence[Any]:
    return _without("case", OfferConfirmed, CaseAmended)


@plant
def a_report_that_is_not_counted() -> Sequence[Any]:
    return _deaf("case", ActivityReported)


@plant
def a_decline_that_is_not_heard() -> Sequence[Any]:
    return _deaf("case", OfferDeclined)


@plant
def a_case_left_to_nobody() -> Sequence[Any]:
    """Where there is nobody left to be asked, no coordinator is told."""
    return _without("case", Escalated)


@plant
def an_erased_supporter_keeps_their_cases() -> Sequence[Any]:
    return _deaf("case", HoldLost)


@plant
def two_assignments() -> Sequence[Any]:
    """Whoever accepts gets it, also after another has."""
    proper = domain.DECIDERS["case"].decide

    def decide(case: Any, asked: Any, context: Any) -> Any:
        offer = case.offers.get(asked.supporter) if isinstance(asked, OfferAccepted) else None
        if offer and offer.state in ("offered", "preempted") and case.status in ("asking", "assigned"):
            return assigned(case, context, asked.supporter, offer, by="acceptance")
        return proper(case, asked, context)

    return [_decider("case", decide)]
