"""tsunagu status"""

from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from tsunagu.where import Where, find, running

LAG = "tsunagu_consumer_lag_records{reader="


async def run() -> int:
    """0 when all four services are ready."""
    where = find()
    stack = running()
    table = Table("part", "state", "behind", "stuck", "dead letters", "address", box=None, pad_edge=False)
    for name, part in stack.parts.items() if stack else ():
        if name not in where.urls:
            table.add_row(name, "up" if part.pid else "down", "", "", "", part.address)
    async with httpx.AsyncClient(timeout=5) as http:
        ready = [await _service(http, name, where, table) for name in where.urls]
    Console().print(table)
    return 0 if all(ready) else 1


async def _service(http: httpx.AsyncClient, name: str, where: Where, table: Table) -> bool:
    url = where.at(name)
    try:
        health = (await http.get(f"{url}/health/ready")).json()
        metrics = _metrics((await http.get(f"{url}/metrics")).text)
    except (httpx.HTTPError, ValueError):
        table.add_row(name, "no answer", "", "", "", url)
        return False
    state = "ready" if health["ready"] else f"waiting for {', '.join(health['waiting_for'])}"
    behind = sum(value for key, value in metrics.items() if key.startswith(LAG))
    dead = sum(value for key, value in metrics.items() if key.startswith("tsunagu_dead_letters_total"))
    stuck = metrics.get("tsunagu_stuck_documents_total", 0)
    table.add_row(name, state, f"{behind:.0f}", f"{stuck:.0f}", f"{dead:.0f}", url)
    return bool(health["ready"])


def _metrics(text: str) -> dict[str, Any]:
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in lines}
