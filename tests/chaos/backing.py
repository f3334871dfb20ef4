"""Broker and database, each behind a proxy where that is possible, so that their connections can be cut."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import checks, parts
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.ports import HOST, choose_ports
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor
from deploy.local.together import all_of
from tests.apache import kafka
from tests.chaos.plan import Wishes
from tests.chaos.proxy import Proxy
from tests.chaos.told import Lines

READY_WITHIN = 120.0


@dataclass(frozen=True)
class Backing:
    """`kafka`: None where the stack is to bring the embedded broker, which forgets, itself."""

    kafka: str | None
    mongo: str
    parts: dict[str, Supervisor]
    links: dict[str, Proxy]

    @property
    def is_embedded(self) -> bool:
        return self.kafka is None


@asynccontextmanager
async def backing(folder: Path, wishes: Wishes, lines: Lines) -> AsyncIterator[Backing]:
    """Inside the block they are up; who keeps them running is the caller."""
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    home = Home(folder / "backing")
    home.make()
    links = {"database": Proxy(ports["db"], ports["intake"])}
    found = [_database(links["database"], home)]
    if wishes.broker == "apache":
        links["broker"] = Proxy(ports["broker"], ports["matching"])
        found.append(_apache(folder / "kafka", links["broker"], ports["notify"], home))
    async with AsyncExitStack() as leaving:
        supervisors = {part.name: Supervisor(part, lines, lambda: None) for part in found}
        for one in supervisors.values():
            leaving.push_async_callback(one.stop)
        for link in links.values():
            await link.start()
            leaving.callback(link.stop)
        await all_of(one.start() for one in supervisors.values())
        broker = f"{HOST}:{ports['broker']}" if "broker" in links else None
        yield Backing(broker, _url(ports["db"]), supervisors, links)


def _url(port: int) -> str:
    return f"mongodb://{HOST}:{port}/?directConnection=true&w=majority&journal=true"


def _database(link: Proxy, home: Home) -> Part:
    return parts.database(link.behind, _url(link.behind), home, READY_WITHIN)


def _apache(folder: Path, link: Proxy, controller: int, home: Home) -> Part:
    """It says to every client that it is where the proxy is. Its data outlive it."""
    settings = kafka.write_settings(folder, link.behind, controller, "")
    told = settings.read_text().replace(
        f"advertised.listeners=CLIENT://{HOST}:{link.behind}", f"advertised.listeners=CLIENT://{HOST}:{link.port}"
    )
    settings.write_text(told)
    jars = kafka.fetch()
    kafka.format_storage(jars, settings, "")
    return Part(
        name="broker",
        command=(*kafka.java(jars), "kafka.Kafka", str(settings)),
        address=f"{HOST}:{link.behind}",
        ready=checks.kafka(HOST, link.behind),
        log=home.log("broker"),
        ready_within=READY_WITHIN,
    )
