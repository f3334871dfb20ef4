"""What one referral costs from end to end: records and bytes by topic and collection, seconds of a processor by part.

Written to `build/referral.json`, from which `python -m tests.bench.scaling_tables` makes the tables of docs/scaling.md.
"""

import asyncio
import json
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import psutil
import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from deploy.kafka import topics
from shared.privacy.data_keys import DataKey
from shared.privacy.opener import wrapped_key
from shared.privacy.wrapping import WrappingKeys, new_wrapping_key
from tests.bench.results import FOLDER, Results, Table
from tests.bench.stack import ORG, Stack, case_of, stack
from tests.delivery.support.endings import ended, living
from tests.delivery.support.network import SERVICES
from tests.delivery.support.people import People
from tests.delivery.support.topics import records

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]
REFERRALS, WARM = 200, 20
QUIET_SECONDS = 20.0
"""So long nothing happens: what polling costs by itself."""
KEYS = 10_000
PARTS = (*SERVICES, "database")
"""Not the broker, which has more to do while it is asked in vain."""


@dataclass(frozen=True)
class Weight:
    """`count` records or documents, with so many bytes: keys, values and headers; BSON."""

    count: float
    bytes: float

    def per(self, before: "Weight", n: int) -> "Weight":
        return Weight((self.count - before.count) / n, (self.bytes - before.bytes) / n)


Weights = Mapping[str, Weight]


@pytest.mark.asyncio
async def test_what_a_referral_costs(results: Results) -> None:
    """All of them are answered, done and reported, or handed to a coordinator."""
    async with stack() as running:
        await running.known()
        await _lived(running, WARM)
        idle = await _idle(running)
        before = await _topics(running), _collections(running), _seconds(running)
        clock = asyncio.get_running_loop().time()
        kinds = await _lived(running, REFERRALS)
        took = asyncio.get_running_loop().time() - clock
        after = await _topics(running), _collections(running), _seconds(running)
    told = {name: one.per(before[0].get(name, Weight(0, 0)), REFERRALS) for name, one in after[0].items()}
    kept = {name: one.per(before[1].get(name, Weight(0, 0)), REFERRALS) for name, one in after[1].items()}
    cpu = {part: max(0.0, after[2][part] - before[2][part] - took * idle[part]) / REFERRALS for part in PARTS}
    _tell(results, told, kept, cpu)
    _write(told, kept, cpu, {"idle": idle, "ends": kinds, "key_in_memory": _key_in_memory()})


async def _lived(running: Stack, count: int) -> dict[str, float]:
    """How the cases ended, as shares of one."""
    plans = running.referrals(count)
    async with living(People(running.net)):
        await asyncio.gather(*(running.partner.publish(plan) for plan in plans))
        told = await ended(running.net, plans, within=600)
    await running.quiet()
    assert len({case_of(plan) for plan in plans}) == count
    ends = Counter(steps[-1]["type"].split(".")[2] for steps in told.values())
    return {name: n / count for name, n in ends.items()}


async def _idle(running: Stack) -> dict[str, float]:
    """Seconds of a processor a second."""
    before = _seconds(running)
    await asyncio.sleep(QUIET_SECONDS)
    return {part: (spent - before[part]) / QUIET_SECONDS for part, spent in _seconds(running).items()}


def _seconds(running: Stack) -> dict[str, float]:
    times = {part: psutil.Process(running.net.pid(part)).cpu_times() for part in PARTS}
    return {part: float(spent.user + spent.system) for part, spent in times.items()}


async def _topics(running: Stack) -> Weights:
    names = [topic.name for topic in (*topics.network(1), *topics.partner(ORG))]
    weights = dict.fromkeys(names, Weight(0, 0))
    for one in await records(running.net, *names):
        head = sum(len(name) + len(value or b"") for name, value in one.headers)
        weight = weights[one.topic]
        size = len(one.key or b"") + len(one.value or b"") + head
        weights[one.topic] = Weight(weight.count + 1, weight.bytes + size)
    return {name.replace(ORG, "{org}"): weight for name, weight in weights.items()}


def _collections(running: Stack) -> Weights:
    client: MongoClient[RawBSONDocument] = MongoClient(running.net.where.mongo, document_class=RawBSONDocument)
    weights = {}
    for service in SERVICES:
        database = client[f"tsunagu_{service}"]
        for name in database.list_collection_names():
            sizes = [len(one.raw) for one in database[name].find({})]
            weights[f"{service}: {name}"] = Weight(len(sizes), sum(sizes))
    client.close()
    return weights


def _key_in_memory() -> float:
    """Bytes of one resident's key in a view, with its name there."""
    wrapped = WrappingKeys({str(new_wrapping_key().kid): b"w" * 32}).wrap(DataKey("case-0", b"k" * 32))
    text = json.dumps(wrapped._asdict()).encode()
    tracemalloc.start()
    kept = {f"case-{number:032x}": wrapped_key(text) for number in range(KEYS)}
    size = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    return size


def _tell(results: Results, told: Weights, kept: Weights, cpu: Mapping[str, float]) -> None:
    results.add_table(Table(f"one of {REFERRALS} referrals, on topics", ("topic", "records", "bytes"), _rows(told)))
    results.add_table(Table("… in databases", ("collection", "documents", "bytes"), _rows(kept)))
    rows = [(part, f"{1000 * seconds:.1f}") for part, seconds in cpu.items()]
    results.add_table(Table("… of a processor", ("part", "milliseconds"), rows))


def _rows(weights: Weights) -> Sequence[Sequence[str]]:
    return [(name, f"{one.count:.1f}", f"{one.bytes:,.0f}") for name, one in weights.items() if one.count]


def _write(told: Weights, kept: Weights, cpu: Mapping[str, float], more: Mapping[str, object]) -> None:
    FOLDER.mkdir(exist_ok=True)
    tables = {"topics": told, "collections": kept}
    content = {name: {key: asdict(one) for key, one in table.items()} for name, table in tables.items()}
    whole = {**content, "cpu": dict(cpu), **more}
    (FOLDER / "referral.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")
