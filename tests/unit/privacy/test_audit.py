"""The log of openings: every line in its place, every change seen."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from shared.errors import TsunaguError
from shared.kernel.memory import MemoryBus, MemoryRows
from shared.privacy.audit import AT_ONCE, Audit, Line, Opening
from shared.privacy.data_keys import new_data_key
from shared.privacy.opener import Opener
from shared.privacy.vault import NoKey
from shared.privacy.wrapping import OtherKeys, Wrapped, WrappingKeys
from shared.shelf import Shelf
from tests.unit.kernel.bench import HandClock

MAIL = Opening("network:mail", "supporter-1", "mail")
PAGE = Opening("supporter:supporter-1", "case-1", "page")
WRAPPING = WrappingKeys({"w": b"w" * 32})


def audit(rows: MemoryRows, bus: MemoryBus | None = None) -> Audit:
    return Audit(Shelf("notify", "notify.audit", rows, bus or MemoryBus(), HandClock()))


def told(bus: MemoryBus) -> list[Line]:
    """What the topic holds, from which a lost log is read back."""
    rows = {message.key: json.loads(message.value or b"") for message in bus.topics["notify.audit"]}
    return [Line(**rows[key]) for key in sorted(rows)]


async def first_break(lines: Sequence[Line]) -> int | None:
    """Of a log that holds these."""
    rows = MemoryRows()
    await rows.add({f"{number:06}": asdict(line) for number, line in enumerate(lines)})
    return await audit(rows).broken()


async def test_lines_are_chained_across_batches_and_processes() -> None:
    rows = MemoryRows()
    one, other = audit(rows), audit(rows)
    await one.note([MAIL, MAIL])
    await other.note([PAGE])
    await one.note([MAIL])  # it believed to be the last
    assert [line.number for line in await one.newest(10)] == [4, 3, 2, 1]
    assert [line.person for line in await other.newest(10, "case-1")] == ["case-1"]
    assert await one.broken() is None


async def test_many_at_once_have_each_their_line() -> None:
    rows = MemoryRows()
    log = audit(rows)
    await asyncio.gather(*(log.note([MAIL, PAGE]) for _ in range(20)))
    assert len(await log.newest(100)) == 40 and await log.broken() is None


async def test_what_one_could_not_note_the_next_does_for_itself() -> None:
    class FailsOnce(MemoryRows):
        failed = False

        async def add(self, rows: Mapping[str, dict[str, Any]]) -> set[str]:
            await asyncio.sleep(0)
            if not self.failed:
                self.failed = True
                raise TsunaguError("away")
            return await super().add(rows)

    rows = FailsOnce()
    log = audit(rows)
    outcomes = await asyncio.gather(log.note([MAIL]), log.note([PAGE]), log.note([PAGE]), return_exceptions=True)
    assert [isinstance(one, TsunaguError) for one in outcomes].count(True) == 1
    assert len(await log.newest(10)) == 2 and await log.broken() is None


async def test_what_the_broker_did_not_hear_is_told_with_the_next() -> None:
    bus, rows = MemoryBus(), MemoryRows()
    log = audit(rows, bus)
    await log.note([MAIL])
    bus.refuse = 1
    with pytest.raises(ConnectionError):
        await log.note([PAGE, MAIL])
    bus.refuse = 1
    with pytest.raises(ConnectionError):
        await log.note([PAGE, MAIL])
    assert len(await log.newest(10)) == 3, "while the broker is away nothing more is written"
    await log.note([PAGE, MAIL])  # whoever was refused asks again
    assert await first_break(told(bus)) is None and len(told(bus)) == 5
    assert [message.key for message in bus.topics["notify.audit"]].count("000000000001") == 1


@pytest.mark.parametrize("known", [0, 1])
async def test_what_a_process_died_on_is_told_by_whoever_goes_on(known: int) -> None:
    """`known`: what each had noted before."""
    bus, rows = MemoryBus(), MemoryRows()
    dies, other = audit(rows, bus), audit(rows, bus)
    await other.note([MAIL] * known)
    await dies.note([MAIL] * known)
    bus.refuse = 1
    with pytest.raises(ConnectionError):
        await dies.note([PAGE, MAIL])
    await other.note([PAGE])
    assert await first_break(told(bus)) is None and len(told(bus)) == 2 * known + 3


async def test_thousands_at_once_are_one_chain() -> None:
    bus, rows = MemoryBus(), MemoryRows()
    await audit(rows, bus).note([MAIL] * (2 * AT_ONCE + 1))
    await audit(rows, bus).note([PAGE])
    assert await first_break(told(bus)) is None and len(told(bus)) == 2 * AT_ONCE + 2
    assert len(bus.topics["notify.audit"]) == 3 * AT_ONCE + 2, "of an earlier life only what it may have left untold"


async def lines() -> list[Line]:
    rows = MemoryRows()
    await audit(rows).note([MAIL, PAGE, MAIL])
    return [Line(**row) async for _, row in rows.every()]


async def test_nothing_noted_is_whole() -> None:
    assert await first_break([]) is None
    await audit(MemoryRows()).note([])


@pytest.mark.parametrize("change", [{"why": "desk"}, {"person": "case-2"}, {"at": "2020-01-01T00:00:00+00:00"}])
async def test_a_changed_line_breaks_the_chain(change: dict[str, str]) -> None:
    first, second, third = await lines()
    assert await first_break([first, replace(second, **change), third]) == 2


async def test_a_line_taken_out_or_put_elsewhere_breaks_the_chain() -> None:
    first, second, third = await lines()
    assert await first_break([first, third]) == 2
    assert await first_break([second, third]) == 1
    assert await first_break([first, third, second]) == 2


async def test_a_line_names_nobody() -> None:
    line = (await lines())[1]
    assert asdict(line) | {"at": "", "before": "", "hash": ""} == {
        "number": 2, "at": "", "actor": "supporter:supporter-1", "person": "case-1", "why": "page", "before": "", "hash": "",
    }  # fmt: skip


def opener(rows: MemoryRows, keys: dict[str, Wrapped]) -> Opener:
    return Opener(keys, WRAPPING, audit(rows))


async def test_what_is_opened_is_noted_first_and_who_has_no_key_is_not_opened() -> None:
    key, rows = new_data_key("case-1"), MemoryRows()
    there = opener(rows, {"case-1": WRAPPING.wrap(key)})
    assert await there.open("case-1", key.seal({"name": "Nguyen"}), *PAGE[::2]) == {"name": "Nguyen"}
    with pytest.raises(NoKey):
        await opener(rows, {}).open("case-1", key.seal({}), *PAGE[::2])
    assert len(await audit(rows).newest(10)) == 1


async def test_what_cannot_be_noted_is_not_opened() -> None:
    class Full(MemoryRows):
        async def newest(self, limit: int, **equal: object) -> list[dict[str, object]]:
            raise TsunaguError("the disk is full")

    key = new_data_key("case-1")
    there = opener(Full(), {"case-1": WRAPPING.wrap(key)})
    with pytest.raises(TsunaguError, match="full"):
        await there.open("case-1", key.seal({}), *PAGE[::2])


async def test_who_reads_with_keys_of_another_network_is_told() -> None:
    kept = {"supporter-1": WRAPPING.wrap(new_data_key("supporter-1"))}
    await Opener(kept, WRAPPING, audit(MemoryRows())).check()
    other = WrappingKeys({"other": b"o" * 32})
    await Opener({}, other, audit(MemoryRows())).check()
    with pytest.raises(OtherKeys, match="lie under w"):
        await Opener(kept, other, audit(MemoryRows())).check()
