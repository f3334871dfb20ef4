"""What nobody can use: told why, sealed, cut to what a broker will take, and never in the way."""

import json

import pytest

from shared.kernel.dead_letters import MAX_SEALED, REASONS, from_letter, to_letter
from shared.kernel.record import Place, Record, letter_id
from shared.seal import open_sealed
from tests.unit.kernel.bench import KEY, KEYS, Bench, seals
from tests.unit.kernel.counter import COMMANDS, SERVICE, SUMS, AddNow

FAR = 900_000


def changed(record: Record, **headers: bytes | None) -> Record:
    """The record with other headers; None leaves one out."""
    kept = [(name, value) for name, value in record.headers if name not in headers]
    return record._replace(headers=[*kept, *((n, v) for n, v in headers.items() if v is not None)])


def bad_records(bench: Bench) -> dict[str, Record]:
    event, command = bench.event(5, 1), bench.command(AddNow(number=5), "c")
    return {
        "no_key": event._replace(key=None),
        "no_key (not text)": event._replace(key=b"\xff"),
        "header": event._replace(headers=[*event.headers, ("trace", None)]),
        "header (of a command)": changed(command, trace=b"\xff"),
        "header (not UTF-8)": changed(event, trace=b"\xff\xfe"),
        "envelope": changed(event, ce_sequence=b"first"),
        "envelope (missing)": changed(event, ce_source=None),
        "envelope (time without zone)": changed(command, ce_time=b"2025-12-01T09:00:00"),
        "unknown_type": changed(command, ce_type=b"test.subtract.v1"),
        "payload": command._replace(value=b'{"number": "many"}'),
        "payload (not JSON)": command._replace(value=b"\xff"),
        "payload (nothing)": command._replace(value=None),
        "too_large": event._replace(value=b" " * 1_000_001),
    }


@pytest.mark.parametrize("what", bad_records(Bench()))
async def test_it_is_a_dead_letter_with_its_reason_and_the_batch_goes_on(bench: Bench, what: str) -> None:
    record = bad_records(bench)[what]
    await bench.deliver(bench.kernel(), record, bench.event(7, 1))
    (dead,) = bench.dead()
    assert dead["reason"] == what.partition(" (")[0] in REASONS
    assert (dead["topic"], dead["partition"], dead["offset"]) == (*record.place[:1], "0", str(record.offset))
    assert (await bench.state())["total"] == 7
    assert bench.tally.counts[f"dead_letters:{dead['reason']}"] == 1


ABSURD = {
    "a large record": Record(Place(SUMS, 0), 1, b"k", b"\x00" * FAR, ()),
    "a large key": Record(Place(SUMS, 0), 1, b"\xff" * FAR, b"", ()),
    "many headers": Record(Place(SUMS, 0), 1, None, b"v" * FAR, [(f"h{n}", b"x") for n in range(30_000)]),
    "long headers": Record(Place(SUMS, 0), 1, None, b"v" * FAR, [("😀" * 10_000, b"\xff" * FAR)] * 50),
    "odd headers": Record(Place(SUMS, 0), 1, None, b"v" * FAR, [("\x00" * 1000, b"\x00" * 1000)] * 50),
}


@pytest.mark.parametrize("what", ABSURD)
async def test_it_fits_the_broker_whatever_the_record_was(bench: Bench, what: str) -> None:
    await bench.kernel().process([ABSURD[what]])
    (message,) = bench.bus.topics[f"{SERVICE}.dead-letters"]
    size = len(message.value or b"") + sum(len(name) + len(value or b"") for name, value in message.headers)
    assert size <= MAX_SEALED, f"{what}: {size} bytes"
    assert json.loads(open_sealed(json.loads(message.value or b"")["sealed"], KEYS)).keys() >= {
        "key",
        "value",
    }


async def test_what_it_held_is_sealed(bench: Bench) -> None:
    secret = bench.command(AddNow(number=5), "c")._replace(value=b'{"name": "Nguyen"}')
    await bench.kernel().process([secret])
    (message,) = bench.bus.topics[f"{SERVICE}.dead-letters"]
    assert list(json.loads(message.value or b"")) == ["sealed"]
    assert b"Nguyen" not in (message.value or b"") and not any(b"Nguyen" in (v or b"") for _, v in message.headers)


@pytest.mark.parametrize("value", [b"", b"\xff\x00", b"x" * 1_000_000])
def test_a_letter_gives_the_record_back_whole(value: bytes) -> None:
    record = Record(Place(COMMANDS, 3), 17, KEY.encode(), value, [("ce_type", b"t"), ("odd", b"\xff")])
    letter = to_letter(letter_id("c1", record), KEY, record, seals())
    assert from_letter(letter, seals()) == record
    assert (letter.id, letter.order) == (f"c1:{COMMANDS}-3-17", 17)
