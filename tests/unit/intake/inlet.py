"""A partner's record, and what the inlet makes of it: the bench of the tests of both."""

import json
from typing import Any

from services.intake.domain.commands import Publish
from services.intake.inlets.partner_topics import PartnerInlet
from services.intake.inlets.residents import Residents
from shared.events.base import Command
from shared.events.referrals import ReferralPublished
from shared.kernel.commands import Commands
from shared.kernel.memory import MemoryRows
from shared.kernel.record import Message, Place, Record, encode, envelope
from shared.privacy.audit import Audit
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.shelf import Shelf
from tests.unit.kernel.bench import Bench, heads_of, seals
from tests.unit.samples import NETWORK

WRAPPING = WrappingKeys({"w1": b"w" * 32})
PLACE = Place("partner.city.referrals", 0)
ATTRIBUTES = {
    "id": "p-1", "source": "/city", "type": ReferralPublished.type, "time": "2025-12-01T12:00:00+09:00",
}  # fmt: skip
PEOPLE = MemoryRows()
"""One vault for all: the same case has the same key."""


def binary(data: Any, key: bytes | None = b"R-1", **changed: str) -> Record:
    head = envelope(**{**ATTRIBUTES, **changed})  # type: ignore[arg-type]
    return Record(PLACE, 7, key, data if isinstance(data, bytes) else encode(data), head)


def structured(data: Any, **changed: Any) -> Record:
    event = {
        "specversion": "1.0",
        **ATTRIBUTES,
        "datacontenttype": "application/json",
        "data": data,
        **changed,
    }
    head = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
    return Record(PLACE, 7, b"R-1", json.dumps(event).encode(), head)


def residents(bench: Bench, people: MemoryRows = PEOPLE) -> Residents:
    keys = Shelf("intake", "resident-keys", people, bench.bus, bench.clock)
    log = Shelf("intake", "intake.audit", MemoryRows(), bench.bus, bench.clock)
    return Residents(NETWORK, Vault(keys, WRAPPING), Audit(log))


async def inlet(*records: Record, people: MemoryRows = PEOPLE) -> tuple[Bench, list[Message]]:
    """The inlet's own side effects: what it wrote to commands, and (in the bench) to dead letters."""
    bench = Bench()
    commands = Commands("intake", bench.bus, bench.store, bench.clock)
    await PartnerInlet(commands, residents(bench, people), bench.clock, seals(), bench.tally).handle(records)
    return bench, bench.bus.topics["intake.commands"]


async def said(command: Message) -> dict[str, Any]:
    """What a command says, the resident opened: each sealing has other bytes."""
    asked = told(command, Publish)
    key = await residents(Bench()).vault.key_of(command.key)
    return {
        **asked.model_dump(),
        "referral": {**asked.referral.model_dump(), "resident": key.open(asked.referral.resident)},
    }


def told(message: Message, kind: type[Command]) -> Any:
    assert heads_of(message)["type"] == kind.type  # type: ignore[attr-defined]
    return kind.model_validate_json(message.value or b"")
