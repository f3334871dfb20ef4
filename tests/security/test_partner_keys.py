"""Partners' API keys: what is kept, how one is rolled, what is noted of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.intake.partners import Partners
from services.intake.partners.keys import NOTED, hashed
from shared.access import Actor, Role
from shared.errors import TsunaguError
from shared.kernel.memory import MemoryBus, MemoryRows
from shared.privacy.audit import Audit
from shared.shelf import Shelf
from tests.unit.kernel.bench import HandClock

YUI = Actor(Role.OPERATOR, "yui")


@dataclass
class Office:
    """Partners, and all that they are kept in."""

    partners: Partners
    audit: Audit
    rows: MemoryRows
    bus: MemoryBus
    clock: HandClock

    async def noted(self) -> list[tuple[str, str, str]]:
        """The oldest first."""
        return [(line.actor, line.person, line.why) for line in reversed(await self.audit.newest(9))]


@pytest.fixture
def office() -> Office:
    rows, bus, clock = MemoryRows(), MemoryBus(), HandClock()
    audit = Audit(Shelf("intake", "intake.audit", MemoryRows(), bus, clock))
    return Office(
        Partners(Shelf("intake", "partners", rows, bus, clock), MemoryRows(), audit, clock), audit, rows, bus, clock
    )


async def test_no_key_is_kept_or_told(office: Office) -> None:
    key = await office.partners.add_key("acme")
    assert await office.partners.org_of(key) == "acme"
    kept = [f"{id}{row}" async for id, row in office.rows.every()]
    told = [message.value for messages in office.bus.topics.values() for message in messages]
    assert kept and told and not any(key in one or key[9:] in one for one in [*kept, *map(str, told)])
    assert len({await office.partners.add_key("acme") for _ in range(20)}) == 20


async def test_while_a_key_is_rolled_both_are_good_until_the_old_one_is_retired(office: Office) -> None:
    old, new = await office.partners.add_key("acme", by=YUI), await office.partners.add_key("acme", by=YUI)
    assert [await office.partners.org_of(key) for key in (old, new)] == ["acme", "acme"]
    await office.partners.retire("acme", hashed(old)[:8], by=YUI)
    assert [await office.partners.org_of(key) for key in (old, new)] == [None, "acme"]
    names = [f"partner-acme.{hashed(key)[:8]}" for key in (old, new)]
    assert await office.noted() == [
        ("operator:yui", names[0], "key_added"),
        ("operator:yui", names[1], "key_added"),
        ("operator:yui", names[0], "key_retired"),
    ]


async def test_a_key_is_good_until_its_end(office: Office) -> None:
    end = office.clock.now() + timedelta(days=1)
    given, from_the_start = await office.partners.add_key("acme"), await office.partners.add_key("acme", end)
    await office.partners.retire("acme", hashed(given)[:8], at=end)
    office.clock.forward(days=1, seconds=-1)
    assert [await office.partners.org_of(key) for key in (given, from_the_start)] == ["acme", "acme"]
    office.clock.forward(seconds=1)
    assert [await office.partners.org_of(key) for key in (given, from_the_start)] == [None, None]
    assert [key.good(office.clock.now()) for key in await office.partners.keys("acme")] == [False, False]


async def test_the_list_says_when_a_key_was_last_used(office: Office) -> None:
    key = await office.partners.add_key("acme")
    assert [one.seen for one in await office.partners.keys("acme")] == [None]
    for _ in range(3):
        used = office.clock.now()
        await office.partners.org_of(key)
        assert [one.seen for one in await office.partners.keys("acme")] == [used]
        office.clock.forward(seconds=NOTED.total_seconds())


async def test_a_backup_does_not_make_a_retired_key_good_again(office: Office) -> None:
    key = await office.partners.add_key("acme")
    backup = {id: row async for id, row in office.rows.every()}
    await office.partners.retire("acme", hashed(key)[:8])
    for id, row in backup.items():
        await office.rows.put(id, row)
    assert await office.partners.org_of(key) == "acme", "the backup has it as it was"
    records = [(message.key, message.value) for message in office.bus.topics["partners"]]
    await office.partners.shelf.take(records)
    assert await office.partners.org_of(key) is None


async def test_a_key_of_before_times_were_kept_is_good(office: Office) -> None:
    await office.rows.put(hashed("tsu_acme_old"), {"org": "acme"})
    assert await office.partners.org_of("tsu_acme_old") == "acme"
    (known,) = await office.partners.keys("acme")
    assert (known.added, known.good(office.clock.now())) == (None, True)


async def test_what_cannot_be_is_refused_and_notes_nothing(office: Office) -> None:
    past = office.clock.now() - timedelta(seconds=1)
    with pytest.raises(TsunaguError, match="no partner's name"):
        await office.partners.add_key("Acme GmbH")
    with pytest.raises(TsunaguError, match="name a time to come"):
        await office.partners.add_key("acme", past)
    key = await office.partners.add_key("acme")
    with pytest.raises(TsunaguError, match="acme has no key nothing: it has " + hashed(key)[:8]):
        await office.partners.retire("acme", "nothing")
    with pytest.raises(TsunaguError, match="name a time to come"):
        await office.partners.retire("acme", hashed(key)[:8], at=past)
    with pytest.raises(TsunaguError, match="other has no key"):
        await office.partners.retire("other", hashed(key)[:8])
    await office.partners.retire("acme", hashed(key)[:8])
    with pytest.raises(TsunaguError, match="retired already"):
        await office.partners.retire("acme", hashed(key)[:8])
    assert [why for _, _, why in await office.noted()] == ["key_added", "key_retired"]
