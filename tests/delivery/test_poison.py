"""What partners can do no harm with: each a dead letter with its reason, and told where it can be."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from tests.delivery.support.endings import ended, living, verified
from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import WITHDRAWN, Headers, Partner, envelope, join, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import dead_letters, header, records, updates
from tsunagu.demo.planned import Planned

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
ORG = "poison-test"
REJECTED = "tsunagu.referral.rejected.v1"
Send = Callable[[Partner, Planned], Awaitable[int]]


@dataclass(frozen=True)
class Poison:
    """`reason` and `code`: of the dead letter. `told`: the code that the partner gets."""

    send: Send
    reason: str
    code: str
    told: str


def raw(value: bytes, headers: Headers | None = None) -> Send:
    return lambda partner, plan: partner.send(value, plan.reference, headers)


def good_with(*more: tuple[str, bytes | None], type: str = "", drop: bool = False) -> Send:
    async def send(partner: Partner, plan: Planned) -> int:
        head = [] if drop else envelope(ORG, plan.reference, *([type] if type else []))
        return await partner.send(json.dumps(partner.body(plan)).encode(), plan.reference, [*head, *more])

    return send


def changed(**data: Any) -> Send:
    """A good one but for these fields; None takes one away."""

    async def send(partner: Partner, plan: Planned) -> int:
        body = {name: value for name, value in {**partner.body(plan), **data}.items() if value is not None}
        return await partner.send(json.dumps(body).encode(), plan.reference)

    return send


async def used_reference(partner: Partner, plan: Planned) -> int:
    await partner.publish(plan)
    other = json.dumps({**partner.body(plan), "category": "labour", "urgency": "urgent"}).encode()
    return await partner.send(other, plan.reference, envelope(ORG, f"{plan.reference}-again"))


async def withdrawal(partner: Partner, plan: Planned) -> int:
    body = json.dumps({"reference": plan.reference}).encode()
    return await partner.send(body, plan.reference, envelope(ORG, plan.reference, WITHDRAWN))


PAST = {"from": "2025-06-01T10:00:00+09:00", "to": "2025-06-01T12:00:00+09:00"}
POISONS = {
    "not JSON": Poison(raw(b"{not json"), "payload", "", "payload"),
    "no envelope": Poison(good_with(drop=True), "envelope", "", "envelope"),
    "unknown type": Poison(good_with(type="no.such.v1"), "payload", "unknown_type", "unknown_type"),
    "null header": Poison(good_with(("x-trace", None)), "header", "", "header"),
    "header not UTF-8": Poison(good_with(("x-trace", b"\xff\xfe")), "header", "", "header"),
    "5 MB": Poison(changed(padding="x" * 5_000_000), "too_large", "", "too_large"),
    "category": Poison(changed(category="plumbing"), "payload", "unknown_category", "unknown_category"),
    "language": Poison(changed(languages=["xx"]), "payload", "unknown_language", "unknown_language"),
    "place": Poison(changed(municipality="99999"), "payload", "unknown_municipality", "unknown_municipality"),
    "no consent": Poison(changed(consent=None), "payload", "consent_missing", "consent_missing"),
    "past": Poison(changed(when=PAST), "payload", "when_past", "when_past"),
    "used reference": Poison(used_reference, "refused", "reference_used", "reference_used"),
    "unpublished": Poison(withdrawal, "refused", "never_published", "never_published"),
}


async def test_poisons_are_dead_letters_and_the_good_ones_around_them_are_served(
    shared_network: Network,
) -> None:
    net = shared_network
    world = planned(2 * len(POISONS) + 1, net.clock.now(), start=1000, prefix="P")
    plans = [replace(plan, org=ORG) for plan in world]
    partner = (await join(net, [ORG]))[ORG]
    good, bad = plans[: len(POISONS) + 1], dict(zip(POISONS, plans[len(POISONS) + 1 :], strict=True))
    places = await _publish(partner, good, bad)

    letters = await until("every poison a dead letter", lambda: _letters(net, places), 60)
    told = await until("every poison told", lambda: _told(net, bad, places), 30)
    for name in places:
        poison = POISONS[name]
        assert (letters[name]["reason"], letters[name].get("code", "")) == (poison.reason, poison.code), name
        assert told[name]["reason"] == poison.told, name
        assert len(told[name]["message"].split()) >= 2, f"{name}: a sentence that says what to change"
    async with living(People(net)):
        await ended(net, good, within=90)
    await verified(net)


async def _publish(partner: Partner, good: list[Planned], bad: dict[str, Planned]) -> dict[str, str]:
    """Good and bad in turn. Returns where the bad ones lie; one that the broker refuses lies nowhere."""
    places = {}
    await partner.publish(good[0])
    for following, (name, plan) in zip(good[1:], bad.items(), strict=True):
        try:
            await POISONS[name].send(partner, plan)
            places[name] = partner.last
        except KafkaError as error:
            assert name == "5 MB" and isinstance(error, MessageSizeTooLargeError), (name, error)
        await partner.publish(following)
    return places


async def _letters(net: Network, places: dict[str, str]) -> dict[str, dict[str, str]] | None:
    """A record that was read and then refused is lettered as the command that it had become."""
    every = await dead_letters(net)
    commands = {header(record, "ce_origin"): record for record in await records(net, "intake.commands")}
    found = {}
    for name, place in places.items():
        command = commands.get(place)
        found[name] = every.get(f"{command.topic}-{command.partition}-{command.offset}" if command else place)
    return {k: v for k, v in found.items() if v} if all(found.values()) else None


async def _told(net: Network, bad: dict[str, Planned], places: dict[str, str]) -> dict[str, Any] | None:
    told = await updates(net, ORG)
    rejections = {
        name: next((step for step in told[ORG, bad[name].reference] if step["type"] == REJECTED), None)
        for name in places
    }
    return rejections if all(rejections.values()) else None
