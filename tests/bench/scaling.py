"""What a network needs, from what a referral was measured to cost and what is assumed. Pure but for reading both.

Measured: docs/scaling.json (see scaling_tables.py) and what docs/performance.md says of choosing supporters. Assumed:
`Assumed`. Both stand in docs/scaling.md.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.declared import SERVICE, Declared, read
from shared.events import person_keys

DOCS = Path(__file__).parents[2] / "docs"
MEASURED = DOCS / "scaling.json"
GIGABYTE = 10**9
SECONDS_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Assumed:
    """What no bench can measure. `supporters_each`: referrals a year of one supporter. Prices in yen, without tax."""

    busy_hours: float = 2000
    peak: float = 5
    load: float = 0.5
    copies: int = 3
    years: int = 5
    supporters_each: float = 22
    frame: int = 20
    core_month: float = 3000
    gigabyte_month: float = 15


@dataclass(frozen=True)
class Measured:
    """Of one referral: records and bytes by topic, bytes by collection, seconds of a processor by part. `choosing`: seconds
    for each supporter who is looked at. `key`: bytes of a resident's key in the memory of notify. `idle`: of a core, of a
    service that has nothing to do.
    """

    topics: Mapping[str, tuple[float, float]]
    collections: Mapping[str, float]
    cpu: Mapping[str, float]
    key: float
    choosing: float
    idle: float

    @classmethod
    def found(cls) -> "Measured":
        known = json.loads(MEASURED.read_text(encoding="utf-8"))
        topics = {name: (one["count"], one["bytes"]) for name, one in known["topics"].items()}
        collections = {name: one["bytes"] for name, one in known["collections"].items()}
        text = (DOCS / "performance.md").read_text(encoding="utf-8")
        said = re.search(r"ms of a processor for [\d,]+,\s+([\d.]+) ms for ([\d,]+)\.", text)
        assert said, "docs/performance.md says what choosing among many supporters costs"
        choosing = float(said[1]) / 1000 / float(said[2].replace(",", ""))
        idle = max(known["idle"][part] for part in known["cpu"])
        return cls(topics, collections, known["cpu"], known["key_in_memory"], choosing, idle)


@dataclass(frozen=True)
class Network:
    """One network of its own; `of` such. `referrals`: a year, in each."""

    name: str
    referrals: float
    of: int = 1


@dataclass(frozen=True)
class Sized:
    """A network's needs. Rates are those of the busiest hour; bytes are those of all copies after `years`."""

    network: Network
    supporters: float
    referrals_s: float
    records_s: float
    choosing_ms: float
    processes: Mapping[str, int]
    partitions: int
    topics_gb: float
    database_gb: float
    keys_mb: float
    yen: float


def sized(network: Network, measured: Measured, assumed: Assumed) -> Sized:
    a, supporters = assumed, network.referrals / assumed.supporters_each
    rate = network.referrals / (a.busy_hours * 3600) * a.peak
    choosing = measured.choosing * supporters
    cpu = {**measured.cpu, "matching": measured.cpu["matching"] + choosing}
    processes = {part: max(2, math.ceil(rate * cost / a.load)) for part, cost in cpu.items() if part != "database"}
    topics = _kept(measured, network.referrals, assumed) * a.copies
    database = sum(measured.collections.values()) * network.referrals * a.years * a.copies
    cores = (sum(rate * cost for cost in cpu.values()) / a.load) + rate * cpu["database"] / a.load * (a.copies - 1)
    return Sized(
        network, supporters, rate, rate * sum(count for count, _ in measured.topics.values()), 1000 * choosing,
        processes, _partitions(max(processes.values())), topics / GIGABYTE, database / GIGABYTE,
        measured.key * network.referrals * a.years / 10**6,
        12 * (max(cores, 2) * a.core_month + (topics + database) / GIGABYTE * a.gigabyte_month),
    )  # fmt: skip


def _partitions(processes: int) -> int:
    """Twice as many as processes, so that they may double; a power of two, at least the file's."""
    return max(read().partitions, 2 ** math.ceil(math.log2(2 * processes)))


def _kept(measured: Measured, referrals: float, assumed: Assumed) -> float:
    """Bytes on topics after all the years, one copy."""
    declared, total = read(), 0.0
    for name, (count, size) in measured.topics.items():
        years = min(assumed.years, _years(name, declared))
        total += (size + count * assumed.frame) * referrals * years
    return total


def _years(topic: str, declared: Declared) -> float:
    """How many years' records lie there. Of a compacted topic's keys, only residents become more with each referral."""
    config = declared.keeps[keeps(topic, declared)]
    if "retention.ms" not in config:
        return math.inf if topic == person_keys.RESIDENTS else 0
    kept = float(config["retention.ms"])
    return math.inf if kept < 0 else kept / 1000 / SECONDS_A_YEAR


def keeps(topic: str, declared: Declared) -> str:
    """How long network.toml keeps it: the name there. `{org}` stands for partners."""
    patterns = {
        re.escape(name).replace(re.escape(SERVICE), "[a-z]+"): one.keeps for name, one in declared.topics.items()
    }
    return next(kept for pattern, kept in patterns.items() if re.fullmatch(pattern, topic))


def year_of_a_prefecture() -> float:
    """The demo's nine months are those of a real programme."""
    from tsunagu.demo import world  # makes the whole world

    return len(world.referrals(world.SEED)) / 9 * 12


def networks() -> Sequence[Network]:
    one = round(year_of_a_prefecture())
    return (
        Network("one prefecture", one),
        Network("47 prefectures, one network", 47 * one),
        Network("47 prefectures, a network each", one, 47),
        Network("100 million, one network", 100_000_000),
        Network("100 million, in networks of 100,000", 100_000, 1000),
    )
