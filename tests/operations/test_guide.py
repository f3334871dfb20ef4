"""docs/operations.md, followed to the letter on a network in which referrals go on."""

import signal
from pathlib import Path

import httpx
import pytest

from tests.delivery.support.losing import drop, store
from tests.delivery.support.network import SERVICES, until
from tests.operations.conftest import GUIDE, Site, sections

pytestmark = [pytest.mark.operations, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]
RUN = {
    "Every day", "Backups", "A partner joins or leaves", "Upgrade", "Keys", "A lost database", "A lost broker",
    "More partitions", "What is kept, and for how long",
}  # fmt: skip


def proved(said: str) -> bool:
    return "lost 0, applied twice 0" in said


async def test_every_section_with_commands_is_run_here() -> None:
    assert {head for head, text in sections().items() if "```sh" in text} == RUN


async def test_every_day(site: Site) -> None:
    (said,) = await site.follow("Every day")
    assert said.count(" ready ") >= len(SERVICES) and proved(said)
    await site.all_end()


async def test_backups(site: Site) -> None:
    made, restored = await site.follow("Backups")
    assert made.count("keep it as safe as the database itself") == len(SERVICES)
    assert "0 alarms" in restored and proved(restored)


async def test_a_partner_joins_and_leaves(site: Site) -> None:
    joined, left = await site.follow("A partner joins or leaves")
    assert "partner.acme.referrals" in joined
    assert "API keys   1 retired" in left and "partner.acme.updates stay" in left and "open cases 0" in left
    key = dict(line.split("=", 1) for line in (site.folder / "acme.env").read_text().splitlines())["TSUNAGU_KEY"]
    assert (await _asked(site, key)).status_code == httpx.codes.UNAUTHORIZED


async def _asked(site: Site, key: str) -> httpx.Response:
    url = f"{site.net.where.services['intake']}/referrals/none"
    return await site.net.http.get(url, headers={"Authorization": f"Bearer {key}"})


async def test_an_upgrade(site: Site) -> None:
    before = {service: site.net.pid(service) for service in SERVICES}
    (said,) = await site.follow("Upgrade")
    assert proved(said)
    assert all(site.net.pid(service) not in (None, pid) for service, pid in before.items())


async def test_keys_are_rolled(site: Site) -> None:
    key, rolled, retired = await site.follow("Keys")
    assert "city-new.env" in key and key.count("good") >= 2
    assert rolled.count("2 keys, the newest") == 2 and "keys wrapped anew" in rolled
    assert retired.count("1 keys retired") == 2 and proved(retired)
    await site.all_end()


async def test_a_lost_database(site: Site) -> None:
    before, pid = await store(site.net, "matching").documents.count_documents({}), site.net.pid("matching")
    await drop(site.net, "matching")
    await until("it ends and starts anew", lambda: _another(site, "matching", pid), 60)
    await until("it has read itself back", site.net.ready, 90)
    (said,) = await site.follow("A lost database")
    assert proved(said)
    assert await store(site.net, "matching").documents.count_documents({}) >= before
    await site.all_end()


async def _another(site: Site, part: str, pid: int | None) -> bool:
    return site.net.pid(part) not in (None, pid)


async def test_a_lost_broker(site: Site) -> None:
    await site.publish()
    await site.all_end()
    await site.partner.producer.stop()
    pid = site.net.signal("broker", signal.SIGKILL)
    await until("there is a new one", lambda: _another(site, "broker", pid), 60)
    await until("services say what to do", lambda: _says(site, "`tsunagu topics apply`"), 180)
    (said,) = await site.run("A lost broker")
    assert "made topic partner.city.updates" in said and proved(said)
    await site.join()
    await site.publish()
    await site.all_end()


async def _says(site: Site, what: str) -> bool:
    health = await site.net.health("matching") or {}
    return any(what in one for one in health.get("waiting_for", ()))


async def test_more_partitions(site: Site) -> None:
    (said,) = await site.follow("More partitions")
    assert "records told again" in said and said.count(" ready ") >= len(SERVICES) and proved(said)
    site.env["TSUNAGU_TOPICS_GENERATION"] = "2"
    await site.all_end()


async def test_what_is_kept(site: Site) -> None:
    (said,) = await site.follow("What is kept, and for how long")
    assert "8 partitions, should be 4" in said, "the file does not know yet that the network has grown"


async def test_the_guide_is_where_it_says() -> None:
    links = [part.partition(")")[0] for part in GUIDE.read_text(encoding="utf-8").split("](")[1:]]
    assert [link for link in links if not (GUIDE.parent / Path(link.partition("#")[0])).exists()] == []
