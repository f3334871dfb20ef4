"""tsunagu status"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
from rich.table import Table

from tsunagu.behind import UP, Part, behind
from tsunagu.table import show
from tsunagu.where import Where, find, running

LAG = "tsunagu_consumer_lag_records{reader="
PATIENCE = 10
"""Seconds, as for a scrape: stats waits for its database first."""
Row = tuple[str, ...]


async def run() -> int:
    """0 when all four services are ready, and what they stand on answers."""
    where, stack = find(), running()
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        asked = asyncio.gather(*(of_service(http, name, where) for name in where.urls))
        others = behind(where.kafka, where.mongo, where.smtp, stack.parts if stack else {})
        parts, services = await asyncio.gather(asyncio.gather(*map(_part, others)), asked)
    table = Table(
        "part", "state", "behind", "aside", "dead letters since its start", "address", box=None, pad_edge=False
    )
    for row in (*parts, *services):
        table.add_row(*row)
    show(table)
    ready = all(state == "ready" for _, state, *_ in services)
    return 0 if ready and all(state == UP for _, state, *_ in parts) else 1


async def _part(part: Part) -> Row:
    return part.name, await part.state(), "", "", "", part.address


async def of_service(http: httpx.AsyncClient, name: str, where: Where) -> Row:
    url = where.at(name)
    try:
        health = (await http.get(f"{url}/health/ready")).json()
        state = "ready" if health["ready"] else f"waiting for {', '.join(health['waiting_for'])}"
        metrics = dict(_metrics((await http.get(f"{url}/metrics")).text))
    except (httpx.HTTPError, ValueError):
        return name, "no answer", "", "", "", url
    except (KeyError, TypeError):
        return name, "something else answers", "", "", "", url
    behind = sum(value for key, value in metrics.items() if key.startswith(LAG))
    dead = sum(value for key, value in metrics.items() if key.startswith("tsunagu_dead_letters_total"))
    aside = metrics.get("tsunagu_letters_aside", 0)  # what is stuck now, whenever it became so
    return name, state, f"{behind:.0f}", f"{aside:.0f}", f"{dead:.0f}", url


def _metrics(text: str) -> Iterator[tuple[str, Any]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            yield name, float(value)
