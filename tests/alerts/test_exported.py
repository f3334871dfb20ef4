"""What rules, panels and docs name is what running services tell, well formed; and strangers make no series."""

import re
from collections.abc import Iterator

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from shared.metrics import CLOSED, OTHER
from tests.alerts.promtool import NAME, expressions, promtool, recorded
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import join, planned
from tests.house.documented import rows
from tests.house.rooms import ROOT

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
STRANGE = 'evil"} 1\ntsunagu_made_up{a="b'
MAILED = r'^tsunagu_mails_total\{.*"sent"\} [1-9]'
ILL_HEADED = r'^tsunagu_dead_letters_total\{reason="header"\} [1-9]'
ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
BY_PROMETHEUS = {"service", "job", "instance", "le", "severity", "alertname"}
"""Labels that no metric of ours has to have: of the scrape, of buckets, of rules."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pages(shared_network: Network) -> dict[str, str]:
    """Service → its exposition, after records of every kind, the strangest among them."""
    net = shared_network
    partner = (await join(net, ["metrics"]))["metrics"]
    await until("ready", net.ready, 60)
    good, bad = planned(2, net.clock.now(), prefix="metrics")
    await partner.publish(good)
    for field in ("category", "urgency", "municipality"):
        await partner.publish(bad, **{field: STRANGE})
    await partner.send(STRANGE.encode(), "M-3", headers=[(STRANGE, None)], key=b"\xff\xfe")
    await until("a mail", lambda: _counts(net, "notify", MAILED), 60)
    await until("the last of them is counted", lambda: _counts(net, "intake", ILL_HEADED), 60)
    return {service: await _page(net, service) for service in SERVICES}


async def _counts(net: Network, service: str, what: str) -> bool:
    return bool(re.search(what, await _page(net, service), re.M))


async def _page(net: Network, service: str) -> str:
    answer = await net.http.get(f"{net.where.services[service]}/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def exported(pages: dict[str, str]) -> dict[str, set[str]]:
    """Name of each series → the labels that it was seen with."""
    found: dict[str, set[str]] = {}
    for page in pages.values():
        for family in text_string_to_metric_families(page):
            for end in ENDS.get(family.type, ("",)):
                found.setdefault(family.name + end, set())
            for sample in family.samples:
                found[sample.name] |= sample.labels.keys()
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_promtool_finds_nothing_to_mend(pages: dict[str, str], service: str) -> None:
    code, said = promtool("check", "metrics", text=pages[service])
    assert (code, said.strip()) == (0, "")


async def test_rules_and_panels_ask_for_what_is_there(pages: dict[str, str]) -> None:
    known = exported(pages).keys() | recorded()
    asked = {(where, name) for where, expr in expressions() for name in NAME.findall(expr)}
    assert len(asked) > 60
    assert sorted((where, name) for where, name in asked if name not in known) == []


async def test_they_ask_by_labels_and_values_that_can_be(pages: dict[str, str]) -> None:
    labels = {row[0]: {one.strip() for one in row[1].split(",")} for row in rows("metrics.md")}
    wrong = [
        (where, name, label, value)
        for where, expr in expressions()
        for name, label, value in _selected(expr)
        if label not in BY_PROMETHEUS
        and (label not in labels[name.removesuffix("_bucket")] or not set(value.split("|")) <= CLOSED[label])
    ]
    assert wrong == []


def _selected(expr: str) -> Iterator[tuple[str, str, str]]:
    for name, inside in re.findall(r"\b(tsunagu_\w+)\{([^}]*)\}", expr):
        yield from ((name, label, value) for label, value in re.findall(r'(\w+)[!=~]+"([^"]*)"', inside))


async def test_what_is_exported_is_documented_and_nothing_else(pages: dict[str, str]) -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`((?:tsunagu|process)_\w+)`", text))
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported(pages)}
    assert shown - told == set(), "docs/metrics.md does not tell of them"
    assert {row[0] for row in rows("metrics.md")} - shown == set(), "no running service tells them"


async def test_the_labels_are_those_that_are_documented(pages: dict[str, str]) -> None:
    told = {row[0]: {one.strip() for one in row[1].split(",") if one.strip()} for row in rows("metrics.md")}
    for name, labels in exported(pages).items():
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        assert labels - {"le"} <= told.get(base, set()), name


async def test_what_strangers_say_is_in_no_series(pages: dict[str, str]) -> None:
    assert "evil" not in "".join(pages.values())
    assert re.search(ILL_HEADED, pages["intake"], re.M), "it was counted"
    for page in pages.values():
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                for label, value in sample.labels.items():
                    assert label == "le" or value in CLOSED[label] | {OTHER}, sample
