"""A second process of each service: other ports, the same groups, the same databases."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from deploy.local import parts
from deploy.local.environment import service_env
from deploy.local.home import Home
from deploy.local.keys import Keys
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor
from deploy.local.together import all_of
from shared.kafka.groups import members
from tests.delivery.support.network import SERVICES, Network, until
from tsunagu.verify.topics import cluster_id
from tsunagu.verify.wiring import group

READY_WITHIN = 180


@dataclass(frozen=True)
class Replica:
    """`url`: where it alone can be asked."""

    url: str
    process: Supervisor


@asynccontextmanager
async def replicas(network: Network) -> AsyncIterator[dict[str, Replica]]:
    """Inside the block they run, and are not started again when they die."""
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    made = {service: _replica(network, service, ports[service]) for service in SERVICES}
    async with AsyncExitStack() as leaving:
        for one in made.values():
            leaving.push_async_callback(one.process.stop)
        await all_of(one.process.start() for one in made.values())
        yield made


def _replica(network: Network, service: str, port: int) -> Replica:
    keys = Keys(network.where.keys)
    env = service_env(service, port, network.where, keys, network.home.parent / "clock") | network.user_of(service)
    part = parts.service(
        f"{service}-2", parts.SERVICE_COMMANDS[service], port, env, Home(network.home), READY_WITHIN
    )  # fmt: skip
    return Replica(f"http://127.0.0.1:{port}", Supervisor(part, network.notes, lambda: None))


async def in_groups(network: Network, count: int, within: float) -> None:
    """Until so many read each service's input."""

    async def all_are() -> bool:
        return {*(await readers(network)).values()} == {count}

    await until(f"{count} in each group", all_are, within)


async def readers(network: Network) -> dict[str, int]:
    """How many read each service's input now."""
    cluster = await cluster_id(network.kafka)
    return {name: await members(network.kafka, group(name, "kernel", cluster)) for name in SERVICES}


async def decisions(http: httpx.AsyncClient, url: str) -> float:
    """How many the process has made, by its own metrics."""
    page = (await http.get(f"{url}/metrics")).text
    return sum(
        float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith("tsunagu_decisions_total")
    )
