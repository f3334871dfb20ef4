"""What a dead letter says of itself, and when it holds the whole record."""

import pytest

from shared.kernel.dead_letters import dead_letter
from shared.kernel.memory import MemoryBus, MemoryRows
from shared.kernel.record import Message, Place, Record
from shared.letters.content import LetterOpener, Sealed
from shared.letters.head import Head, head_of
from shared.privacy.vault import Erased, Vault
from shared.privacy.wrapping import WrappingKeys
from shared.seal import KeySet, new_key
from shared.shelf import Shelf
from tests.unit.kernel.bench import KEYS, HandClock, seals

RECORD = Record(Place("partner.acme.referrals", 0), 7, b"R-1", b"{not json", [("ce_id", b"1"), ("content-type", b"x")])
OPENER = LetterOpener(KEYS)


def lettered(record: Record, **other: str) -> Message:
    return dead_letter("intake", record, "payload", HandClock().now(), seals().seal, code="unknown_category", **other)


def read(message: Message) -> Head:
    head = head_of("intake", Record(Place(message.topic, 0), 3, message.key.encode(), message.value, message.headers))
    assert head
    return head


def vault() -> Vault:
    rows = Shelf("intake", "resident-keys", MemoryRows(), MemoryBus(), HandClock())
    return Vault(rows, WrappingKeys({"w": b"w" * 32}))


def test_its_head_tells_where_and_why_but_not_a_partners_key() -> None:
    head = read(lettered(RECORD, document=""))
    assert (head.id, head.reason, head.code, head.size) == (str(RECORD), "payload", "unknown_category", 9)
    assert head.document == ""
    assert head.where == (Place("intake.dead-letters", 0), 3)


@pytest.mark.parametrize(("key", "document"), [(b"case-9a1c", "case-9a1c"), (b"Nguyen Thi An", ""), (None, "")])
def test_of_our_own_topics_the_key_says_whose_it_is(key: bytes | None, document: str) -> None:
    assert read(lettered(RECORD._replace(key=key))).document == document


def test_what_is_no_dead_letter_is_none() -> None:
    message = lettered(RECORD)
    stranger = [(name, value) for name, value in message.headers if name != "ce_hash"]
    assert head_of("intake", Record(Place("intake.dead-letters", 0), 0, b"k", b"{}", stranger)) is None
    assert head_of("intake", Record(Place("intake.dead-letters", 0), 0, b"k", b"{}", [("ce_hash", None)])) is None


async def test_a_short_one_is_whole() -> None:
    message = lettered(RECORD)
    content = await OPENER.open(read(message), message.value or b"")
    assert content.whole(read(message)) == RECORD


@pytest.mark.parametrize(
    "record",
    [
        RECORD._replace(value=b"x" * 30_000),
        RECORD._replace(headers=[("x", b"y" * 300)]),
        RECORD._replace(headers=[("x" * 60, b"y")]),
        RECORD._replace(headers=[(f"x{n}", b"y") for n in range(25)]),
    ],
)
async def test_one_that_may_be_cut_short_is_not(record: Record) -> None:
    message = lettered(record)
    content = await OPENER.open(read(message), message.value or b"")
    assert content.whole(read(message)) is None


async def test_what_cannot_be_opened_says_why() -> None:
    message = lettered(RECORD)
    with pytest.raises(Sealed, match="TSUNAGU_NETWORK_KEY"):
        await LetterOpener().open(read(message), message.value or b"")
    with pytest.raises(Sealed, match="a key that is not here"):
        await LetterOpener(KeySet([new_key()])).open(read(message), message.value or b"")


async def test_one_under_a_persons_key_goes_with_that_key() -> None:
    keys = vault()
    key = (await keys.keys_for(["case-1"]))["case-1"]
    assert key
    message = dead_letter("intake", RECORD, "payload", HandClock().now(), key.seal_bytes, document="case-1")
    with pytest.raises(Sealed, match="TSUNAGU_WRAPPING_KEYS"):
        await OPENER.open(read(message), message.value or b"")
    opener = LetterOpener(KEYS, keys)
    assert (await opener.open(read(message), message.value or b"")).value == RECORD.value
    await keys.shelf.remove("case-1")
    with pytest.raises(Erased, match="was erased"):
        await opener.open(read(message), message.value or b"")
