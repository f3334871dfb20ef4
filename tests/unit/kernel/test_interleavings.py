"""However often and in whatever batches records come, with whatever crashes: the same outcome."""

import asyncio
import json
from collections.abc import Sequence
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.document import from_stored
from shared.kernel.kernel import Kernel
from shared.kernel.record import Place, Record
from tests.unit.kernel.bench import Bench
from tests.unit.kernel.counter import SUMS, TOTALS, chain_of

KEYS = [f"counter-{n}" for n in range(3)]
COUNT = 9


def log(bench: Bench) -> list[Record]:
    """Events over several keys, as they lie in their partition."""
    return [bench.event(n, n // len(KEYS) + 1, key=KEYS[n % len(KEYS)]) for n in range(COUNT)]


async def read(bench: Bench, kernel: Kernel, batch: Sequence[Record], *, crash: bool) -> int | None:
    """The next offset to read, or None after a crash."""
    bench.bus.refuse = int(crash)
    try:
        await kernel.process(batch)
    except ConnectionError:
        return None
    kernel.confirm({record.place: record.offset + 1 for record in batch})
    return batch[-1].offset + 1


async def outcome(plan: Sequence[tuple[int, bool, bool, bool]]) -> Bench:
    """Steps: how many records, does publishing fail, is the commit lost, the process replaced? Then all."""
    bench = Bench()
    records, kernel, committed = log(bench), bench.kernel(), 0
    position = 0
    for size, crash, forgets, replaced in [*plan, (COUNT, False, False, False), (COUNT, False, False, False)]:
        batch = records[position : position + size]
        after = await read(bench, kernel, batch, crash=crash) if batch else position
        if after is None or replaced:
            kernel = bench.kernel()
            kernel.confirm({Place(SUMS, 0): committed})
        position = committed if after is None or forgets or replaced else after
        committed = max(committed, position)
    return bench


@cache
def undisturbed() -> Bench:
    return asyncio.run(outcome([]))


steps = st.tuples(st.integers(1, 5), st.booleans(), st.booleans(), st.booleans())


@settings(max_examples=25, deadline=None)
@given(st.lists(steps, max_size=12))
def test_any_run_ends_as_the_undisturbed_one(plan: list[tuple[int, bool, bool, bool]]) -> None:
    smooth, rough = undisturbed(), asyncio.run(outcome(plan))
    for key in KEYS:
        one, other = from_stored(smooth.store.documents[key]), from_stored(rough.store.documents[key])
        for name in ("state", "version", "streams"):
            assert getattr(one, name) == getattr(other, name)
    assert smooth.store.entries == rough.store.entries
    one_run = not any(crash or replaced for _, crash, _, replaced in plan)
    assert distinct(smooth, whole=one_run) == distinct(rough, whole=one_run)


def distinct(bench: Bench, *, whole: bool) -> list[tuple[str, bytes | None, str]]:
    """All that was told, each once; every repeat must be the same in every byte. Where there were several runs of reading,
    not `whole`: a journal's line but for its cause, for the outbox that another run has left goes out with the record in hand.
    """
    told = {(m.key, m.value, str(m.headers)) for m in bench.bus.topics[TOTALS]}
    lines = {(m.key, m.value if whole else _causeless(m.value), str(m.headers)) for m in bench.journalled()}
    return sorted(told | lines)


def _causeless(line: bytes | None) -> bytes:
    return json.dumps({**json.loads(line or b""), "cause": None}).encode()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(1, 4)), max_size=20))
def test_copies_in_any_order_lead_to_the_same_documents(copies: list[tuple[int, int]]) -> None:
    """Slices of the log, sent again anywhere: their senders crashed. New offsets, the same sequences."""
    bench = Bench()
    whole = log(bench)
    sent = [record for start, length in copies for record in whole[start : start + length]] + whole
    resent = [record._replace(offset=offset) for offset, record in enumerate(sent)]
    asyncio.run(bench.deliver(bench.kernel(), *resent))
    for place, key in enumerate(KEYS):
        numbers = range(place, COUNT, len(KEYS))
        state = bench.store.documents[key]["state"]
        assert isinstance(state, dict) and state["chain"] == chain_of(*numbers)
        assert len([entry for entry in bench.store.entries if entry[0] == key]) == len(numbers)
