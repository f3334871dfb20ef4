"""At rest, what two services make of one matter is the same: what one has told, the other has heard and heeded. And what had
its time has happened.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.events.referrals import Referral
from shared.events.responses import DeliveryFailed
from tests.delivery.sim.replica import LONGEST
from tests.delivery.sim.world import HOUR, World
from tsunagu.verify.evidence import Evidence

Found = Iterator[str]
Asked = tuple[str, str, int]
"""Case, supporter, number of the ask."""
BELIEVED = {"offered": "open", "accepted": "assigned"}
"""Of an offer that stands, in matching → in notify."""
ENDED = {"tsunagu.referral.completed.v1", "tsunagu.referral.failed.v1", "tsunagu.referral.cancelled.v1",
         "tsunagu.referral.erased.v1"}  # fmt: skip
STILL_TOLD = {"tsunagu.referral.rejected.v1", "tsunagu.referral.erased.v1"}
LATE = timedelta(seconds=LONGEST * 1.1 + 2 * HOUR)
"""The longest that a sweeper rests here, and clocks that differ."""


def states(found: Evidence, service: str, kind: str) -> Iterator[tuple[str, Any]]:
    for key, document in sorted(found.memories[service].documents.items()):
        if key.startswith(f"{kind}-") and document["version"]:
            yield key, document["state"]


def stands(case: Any, supporter: str, offer: Any) -> bool:
    """Is it an offer for which a place is kept?"""
    mine = case["status"] == "assigned" and case["assigned"] == supporter
    return offer["state"] in ("asking", "offered") or (offer["state"] == "accepted" and mine)


def offers(world: World, found: Evidence) -> Found:
    """A supporter's page says of each offer what matching makes of it: nobody waits for an answer that has been given, none
    may still answer what is over, and who has a case knows what is asked for now. Of what has lapsed nobody is told.
    """
    soon = world.people.clock.at(world.ended + HOUR)
    failed, standing = set(_failed(found)), dict(_standing(found))
    told = {(case, supporter, offer["number"]): offer for supporter, state in states(found, "notify", "supporter")
            for case, offer in state["offers"].items()}  # fmt: skip
    for asked, (state, referral) in standing.items():
        offer = told.get(asked, {"state": None, "referral": None})
        if offer["state"] != BELIEVED[state]:
            yield f"offer: {asked} is {state}, and its supporter reads {offer['state']}"
        elif offer["referral"] != referral:
            yield f"offer: {asked} is not what its supporter reads: {offer['referral']}"
        if state == "offered" and asked in failed:
            yield f"offer: {asked} stands, and no mail has brought it"
    for asked in sorted(told.keys() - standing.keys() - failed):
        state, lapses = told[asked]["state"], told[asked]["expires_at"]
        if state in ("answered", "assigned") or (state == "open" and not _is(lapses, soon)):
            yield f"offer: {asked} does not stand, and its supporter reads {state}"


def _standing(found: Evidence) -> Iterator[tuple[Asked, tuple[str, Mapping[str, Any]]]]:
    for key, case in states(found, "matching", "case"):
        for supporter, offer in case["offers"].items():
            if offer["state"] in BELIEVED and stands(case, supporter, offer):
                asks = {name: case["referral"][name] for name in Referral.model_fields}
                yield (key, supporter, offer["number"]), (offer["state"], asks)


def _failed(found: Evidence) -> Iterator[Asked]:
    """Offers that no mail could bring."""
    for entry in found.memories["notify"].entries():
        for event in entry["events"]:
            data = event["data"]
            if event["type"] == DeliveryFailed.type and data["kind"] == "offer":
                yield data["case"], data["supporter"], data["number"]


def overdue(world: World, found: Evidence) -> Found:
    """What was to happen at its time has happened, by what documents say, and by what is in them."""
    before = world.people.clock.at(world.ended) - LATE
    for service, memory in found.memories.items():
        for key, document in sorted(memory.documents.items()):
            times = {"": document["due"], **_times(service, key, document["state"])}
            yield from (
                f"overdue: {service} {key} {what} since {due}" for what, due in times.items() if _is(due, before)
            )


def _times(service: str, key: str, state: Any) -> dict[str, str | None]:
    if service == "notify":
        mails = {f"mail {id_}": letter["at"] for id_, letter in state.get("messages", {}).items()}
        return mails | {f"reminder of {case}": offer["remind_at"] for case, offer in state.get("offers", {}).items()
                        if offer["state"] == "assigned"}  # fmt: skip
    if service == "matching" and state.get("status") == "asking":
        return {f"offer to {supporter}": offer["expires_at"] for supporter, offer in state["offers"].items()
                if offer["state"] == "offered"}  # fmt: skip
    return {}


def _is(due: datetime | str | None, before: datetime) -> bool:
    at = datetime.fromisoformat(due) if isinstance(due, str) else due
    return at is not None and at < before


def somebodys(_: World, found: Evidence) -> Found:
    """A case that is asked for has been asked of somebody, who has it in hand now: else nobody would ever go on with it."""
    for key, case in states(found, "matching", "case"):
        asked = [offer for offer in case["offers"].values() if offer["state"] in ("asking", "offered")]
        if case["status"] == "asking" and not asked:
            yield f"nobody's: {key} is asked for, and of nobody"


def erased(_: World, found: Evidence) -> Found:
    """Who was erased has nothing left."""
    for key, state in states(found, "matching", "supporter"):
        if state["erased"] and state["holds"]:
            yield f"erased: {key} still has {sorted(state['holds'])}"


def ends(_: World, found: Evidence) -> Found:
    """A partner that was told how a referral ended is told nothing else of it."""
    for topic in (topic for topic in found.topics if topic.endswith(".updates")):
        ended: dict[str, tuple[int, str]] = {}
        for told in found.topics[topic]:
            number, type_ = int(told.head["sequence"]), told.head["type"]
            if type_ in ENDED:
                ended.setdefault(told.key, (number, type_))
            over = ended.get(told.key, (number, ""))
            if number > over[0] and type_ not in STILL_TOLD:
                yield f"ends: {topic} says {type_} of {told.key} after {over[1]}"
