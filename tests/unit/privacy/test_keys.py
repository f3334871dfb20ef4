"""Data keys, what wraps them, and the vault that keeps them."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from shared.kernel.memory import MemoryBus, MemoryRows
from shared.privacy.data_keys import CannotOpen, DataKey, new_data_key
from shared.privacy.vault import Erased, Lost, NoKey, Vault
from shared.privacy.wrapping import CannotUnwrap, OtherKeys, Wrapped, WrappingKeys
from shared.shelf import GONE, Row, Shelf
from tests.unit.kernel.bench import HandClock

OLD, NEW = WrappingKeys({"old": b"o" * 32}), WrappingKeys({"new": b"n" * 32, "old": b"o" * 32})
PERSON, OTHER = "case-1", "case-2"
SAID = {"name": "Nguyen Thi An", "contacts": "090-1234-5678"}


def vault(wrapping: WrappingKeys = OLD, rows: MemoryRows | None = None) -> Vault:
    return Vault(Shelf("intake", "resident-keys", rows or MemoryRows(), MemoryBus(), HandClock()), wrapping)


def told(vault: Vault) -> list[tuple[str, bytes | None]]:
    bus = vault.shelf.bus
    assert isinstance(bus, MemoryBus)
    return [(message.key, message.value) for message in bus.topics["resident-keys"]]


def test_what_is_sealed_for_one_opens_with_their_key_alone() -> None:
    key = new_data_key(PERSON)
    sealed = key.seal(SAID)
    assert key.open(sealed) == SAID and "Nguyen" not in sealed
    with pytest.raises(CannotOpen):
        new_data_key(PERSON).open(sealed)


def test_a_key_does_not_open_what_is_sealed_for_another_name() -> None:
    mine = new_data_key(PERSON)
    with pytest.raises(CannotOpen, match="for another"):
        mine.open(DataKey(OTHER, mine.secret).seal(SAID))


@pytest.mark.parametrize("broken", ["", "a.b.c.d.e", "Nguyen", "x" * 10_000])
def test_what_is_damaged_does_not_open(broken: str) -> None:
    with pytest.raises(CannotOpen):
        new_data_key(PERSON).open(broken)


def test_a_hash_tells_a_change_and_nothing_without_the_key() -> None:
    key = new_data_key(PERSON)
    assert key.hash(SAID) == key.hash(dict(reversed(SAID.items()))) != key.hash({**SAID, "contacts": ""})
    assert key.hash(SAID) != new_data_key(PERSON).hash(SAID)


def test_no_key_shows_itself() -> None:
    assert "secret" not in repr(new_data_key(PERSON))


def test_a_rolled_set_wraps_with_the_newest_and_unwraps_with_all() -> None:
    key = new_data_key(PERSON)
    assert NEW.unwrap(PERSON, OLD.wrap(key)) == NEW.unwrap(PERSON, NEW.wrap(key)) == key
    assert NEW.wrap(key).kid == "new"
    with pytest.raises(CannotUnwrap, match="not among"):
        OLD.unwrap(PERSON, NEW.wrap(key))
    with pytest.raises(CannotUnwrap, match="damaged"):
        OLD.unwrap(PERSON, Wrapped("old", base64.urlsafe_b64encode(b"x" * 40).decode()))


async def test_a_person_has_one_key_and_it_is_told_before_it_is_used() -> None:
    one = vault()
    first = await one.keys_for([PERSON, OTHER])
    assert first == await one.keys_for([PERSON, OTHER]) and first[PERSON] != first[OTHER]
    assert {key for key, value in told(one) if value} == {PERSON, OTHER}
    assert await one.key_of(PERSON) == first[PERSON]


async def test_of_two_that_make_a_key_at_once_the_first_wins_for_both() -> None:
    rows = MemoryRows()
    one, other = await asyncio.gather(vault(rows=rows).keys_for([PERSON]), vault(rows=rows).keys_for([PERSON]))
    assert one == other and one[PERSON]


async def test_who_was_erased_gets_no_new_key() -> None:
    one = vault()
    await one.keys_for([PERSON])
    await one.shelf.remove(PERSON)
    assert await one.keys_for([PERSON]) == {PERSON: None}
    assert told(one)[-1] == (PERSON, None), "a tombstone is the last that the topic says"
    with pytest.raises(Erased):
        await one.key_of(PERSON)


async def test_a_key_that_is_lost_is_said_to_be() -> None:
    with pytest.raises(NoKey, match="restore"):
        await vault().key_of(PERSON)


async def test_rewrapped_the_old_wrapping_key_is_needed_no_more() -> None:
    rows = MemoryRows()
    keys = await vault(OLD, rows).keys_for([PERSON, OTHER])
    await vault(OLD, rows).shelf.remove(OTHER)
    assert await vault(NEW, rows).rewrap() == 1
    assert await vault(NEW, rows).rewrap() == 0
    assert await vault(WrappingKeys({"new": b"n" * 32}), rows).key_of(PERSON) == keys[PERSON]
    assert rows.rows[OTHER] == GONE


async def test_one_that_cannot_be_opened_keeps_no_other_from_being_rewrapped() -> None:
    rows = MemoryRows()
    await vault(WrappingKeys({"gone": b"g" * 32}), rows).keys_for([PERSON])
    rows.rows[OTHER] = dict(OLD.wrap(made := new_data_key(OTHER))._asdict())
    with pytest.raises(Lost, match=rf"lie under gone.*: {PERSON}\. Put that key back"):
        await vault(NEW, rows).rewrap()
    assert rows.rows[OTHER]["kid"] == "new" and await vault(NEW, rows).key_of(OTHER) == made
    await vault(NEW, rows).shelf.remove(PERSON)
    assert await vault(NEW, rows).rewrap() == 0


class ErasedMeanwhile(MemoryRows):
    """PERSON is erased while a rewrapping is at it: before its row is replaced, or before its row is told."""

    def __init__(self, before: str) -> None:
        super().__init__()
        self.before = before

    async def swap(self, id: str, old: Row, new: Row) -> bool:
        if self.before == "replaced":
            self.rows[PERSON] = GONE
        return await super().swap(id, old, new)

    async def every(self, **equal: object) -> AsyncIterator[tuple[str, Row]]:
        rewrapped = self.rows.get(PERSON, {}).get("kid") == NEW.newest
        async for row in super().every(**equal):
            yield row
        if self.before == "told" and rewrapped:
            self.rows[PERSON] = GONE


@pytest.mark.parametrize("before", ["replaced", "told"])
async def test_who_is_erased_during_a_rewrapping_stays_erased(before: str) -> None:
    rows = ErasedMeanwhile(before)
    await vault(OLD, rows).keys_for([PERSON])
    new = vault(NEW, rows)
    await new.rewrap()
    assert rows.rows[PERSON] == GONE
    assert told(new)[-1] == (PERSON, None), "whoever reads the topic must not get the key back"


async def test_wrapping_keys_that_open_nobodys_key_are_refused() -> None:
    rows, made_anew = MemoryRows(), WrappingKeys({"new": b"n" * 32})
    await vault(made_anew, rows).check()  # where nobody is, nobody is lost
    await vault(OLD, rows).keys_for([PERSON])
    await vault(OLD, rows).check()
    await vault(NEW, rows).check()
    with pytest.raises(OtherKeys, match="lie under old"):
        await vault(made_anew, rows).check()
    await vault(OLD, rows).shelf.remove(PERSON)
    await vault(made_anew, rows).check()
