"""docs/operations.md says of each topic how long it is kept, as deploy/kafka/network.toml has it."""

import re
from collections import defaultdict
from collections.abc import Mapping

from deploy.kafka.declared import read
from tests.house.rooms import ROOT

DAY_MS = 24 * 3600 * 1000
ROW = re.compile(r"^\| (for ever|\d+ days?|the newest of each key) \| (.*) \|$", re.MULTILINE)


def kept(config: Mapping[str, str | int | float]) -> str:
    if config["cleanup.policy"] == "compact":
        return "the newest of each key"
    days = float(config["retention.ms"]) / DAY_MS
    return "for ever" if days < 0 else f"{days:g} day{'' if days == 1 else 's'}"


def test_every_topic_is_told_with_how_long_it_is_kept() -> None:
    declared = read()
    wanted: dict[str, set[str]] = defaultdict(set)
    for name, topic in declared.topics.items():
        wanted[kept(declared.keeps[topic.keeps])].add(name)
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {how: set(re.findall("`([^`]+)`", names)) for how, names in ROW.findall(text)} == wanted
