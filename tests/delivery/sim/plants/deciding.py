"""Of what the services decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

from services.matching import domain
from services.matching.domain.steps import assigned
from shared.events.holds import HoldReleased
from shared.events.responses import OfferAccepted
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
