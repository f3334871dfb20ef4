"""tsunagu case: one case's way through the four services, read from their journals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.table import Table

from services.intake.domain.commands import case_key
from shared import region
from shared.errors import TsunaguError
from shared.kernel.document import Entry
from shared.store import MongoStore, connect
from tsunagu.causes import Decided, in_order
from tsunagu.table import show
from tsunagu.where import SERVICES, Where

HIDDEN = {"tsunagu.intake.took.v1", "tsunagu.matching.opened.v1", "tsunagu.roster.snapshot.v1",
          "tsunagu.notify.settled.v1", "tsunagu.notify.message-due.v1"}  # fmt: skip
"""Bookkeeping: what it is about is told by the events beside it."""
SHOWN = ("what", "supporter", "recipient", "state", "reason", "outcome", "minutes", "kind", "wave", "number", "category",
         "municipality", "expires_at", "org", "reference")  # fmt: skip
"""Codes, times and ids; the sealed fields are not even carried into the table."""


@dataclass(frozen=True)
class Step:
    at: datetime
    service: str
    type: str
    details: dict[str, Any]


async def run(where: Where, ref: str, *, as_json: bool) -> int:
    client = connect(where.mongo)
    stores = {name: MongoStore(client, f"tsunagu_{name}") for name in SERVICES}
    key = await find_case(stores["intake"], ref)
    steps = await timeline(stores, key)
    if as_json:
        print(json.dumps([{**vars(step), "at": step.at.isoformat()} for step in steps], indent=1))
    else:
        _print(key, steps)
    return 0


async def find_case(intake: MongoStore, ref: str) -> str:
    """`ORG/REFERENCE`, a reference alone, or `case-…`. Raises TsunaguError where there is none, or where several partners
    use that reference.
    """
    org, slash, reference = ref.partition("/")
    key = case_key(org, reference) if slash else ref
    if key in await intake.load([key]):
        return key
    if slash or not ref.strip():
        raise _none(ref)
    found = await intake.documents.find({"state.reference": ref}, {"_id": 1, "state.org": 1}).to_list(None)
    if not found:
        raise _none(ref)
    if len(found) > 1:
        named = ", ".join(f"{row['state']['org']}/{ref} ({row['_id']})" for row in found)
        raise TsunaguError(f"several partners have a {ref}: say whose: {named}")
    return str(found[0]["_id"])


def _none(ref: str) -> TsunaguError:
    return TsunaguError(
        f"there is no case {ref!r}: give ORG/REFERENCE as the partner wrote it, the reference alone, or case-…; what could "
        "not be used is in `tsunagu dead-letters list --service intake`"
    )


async def timeline(stores: Mapping[str, MongoStore], key: str) -> list[Step]:
    """Each step after what led to it."""
    matching = (await stores["matching"].load([key])).get(key)
    people = list(matching.state["offers"]) if matching else []
    found = [
        Decided(service, entry)
        for service, store in stores.items()
        for document in (key, *people)
        for entry in await store.history(document)
    ]
    return [step for one in in_order(found) for step in _steps(*one, key)]


def _steps(service: str, entry: Entry, key: str) -> list[Step]:
    return [
        Step(datetime.fromisoformat(entry.at), service, event["type"],
             {name: event["data"][name] for name in SHOWN if event["data"].get(name) is not None})
        for event in entry.events
        if key in (event["data"].get("case"), entry.document) and event["type"] not in HIDDEN
    ]  # fmt: skip


def _print(key: str, steps: list[Step]) -> None:
    when = f"when ({region.zone()})"
    table = Table(when, "service", "what", "details", title=key, title_justify="left", box=None, pad_edge=False)
    for step in steps:
        what = step.type.removeprefix("tsunagu.").rsplit(".", 1)[0].replace(".", " ").replace("-", " ")
        details = " ".join(f"{name}={_value(name, value)}" for name, value in step.details.items())
        table.add_row(_local(step.at), step.service, what, details)
    show(table)


def _value(name: str, value: Any) -> Any:
    return _local(datetime.fromisoformat(value)).replace(" ", "T") if name.endswith("_at") else value


def _local(at: datetime) -> str:
    """As the region's clocks show it."""
    return at.astimezone(region.zone()).strftime("%Y-%m-%d %H:%M:%S")
