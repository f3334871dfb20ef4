"""A real Prometheus with our rules, in a hurry: it looks each second, and waits for seconds where it should for minutes."""

import json
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.alerts.promtool import RULES, panel_of, panels, program
from tests.delivery.support.network import Network, until

HURRIED = (
    (r"\bfor: \w+", "for: 2s"),
    (r"_seconds\) > \d+$", "_seconds) > 3"),  # five minutes behind, a minute unpublished
    (r"(\[|\boffset )6m", r"\g<1>2s"),  # how long a referral may wait for its first word
    (r">= (3|10)$", ">= 2"),  # late referrals, bad attempts
)
"""What is changed of the rules, and nothing else: what they ask for stays."""
LESS_IS_WORSE = ("Ready", "Certificates expire in")
"""Panels."""


@dataclass(frozen=True)
class Prometheus:
    """`calm`: what its panels showed while nothing was wrong. `beside`: file of what it scrapes besides the network."""

    url: str
    http: httpx.AsyncClient
    beside: Path
    calm: dict[str, float] = field(default_factory=dict)

    async def firing(self) -> dict[str, set[str]]:
        """Alert → the services (or reasons, or severities) for which it fires."""
        found: dict[str, set[str]] = {}
        for alert in (await self.http.get(f"{self.url}/api/v1/alerts")).json()["data"]["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], set()).update(alert["labels"].values())
        return found

    async def value(self, query: str) -> float:
        """Of one series; 0 where there is none."""
        found = await self._ask(query)
        return float(found[0]["value"][1]) if found else 0

    async def _ask(self, query: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.url}/api/v1/query", params={"query": query})
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    async def until_fires(self, alert: str, of: str, within: float = 120) -> None:
        """And the panel that its runbook names shows more than in the calm; where less is worse, less."""

        async def fires() -> bool:
            return of in (await self.firing()).get(alert, ())

        async def shows() -> bool:
            calm, now = self.calm.get(panel, 0), await self.worst(panel)
            return now < calm if panel in LESS_IS_WORSE else now > calm

        panel = panel_of(alert)
        await until(f"{alert} fires for {of}", fires, within)
        await until(f"the panel {panel!r} shows it", shows, within)

    async def worst(self, panel: str) -> float:
        """Of all that a panel shows now; 0 where it shows nothing."""
        asked = [(await self._ask(expr)) for expr in panels()[panel]]
        values = [value for found in asked for one in found if (value := float(one["value"][1])) == value]
        return (min if panel in LESS_IS_WORSE else max)(values, default=0.0)

    async def become_calm(self, *some: str) -> None:
        """As it is now, nothing is wrong; `some`: on these panels."""
        self.calm.update({panel: await self.worst(panel) for panel in some or panels()})

    @contextmanager
    def looking_at(self, url: str, service: str) -> Iterator[None]:
        """Inside the block it has its alerts like the others."""
        self.beside.write_text(json.dumps([_target(url, service)]), encoding="utf-8")
        try:
            yield
        finally:
            self.beside.write_text("[]", encoding="utf-8")

    async def until_over(self, alert: str, of: str, within: float = 120) -> None:
        async def over() -> bool:
            return of not in (await self.firing()).get(alert, ())

        await until(f"{alert} is over for {of}", over, within)


@asynccontextmanager
async def prometheus(net: Network, folder: Path) -> AsyncIterator[Prometheus]:
    """It scrapes the network's four services, and has seen each of them."""
    port = _free_port()
    command = [
        program("prometheus"), f"--config.file={_configured(net, folder)}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        server = Prometheus(f"http://127.0.0.1:{port}", net.http, folder / "beside.json")
        try:
            await until("it sees all four", lambda: _sees(server, 4), 60)
            await until("none is missed that it had not looked at yet", lambda: _is_quiet(server), 60)
            yield server
        finally:
            process.terminate()


async def _sees(server: Prometheus, wanted: int) -> bool:
    try:
        return await server.value("sum(tsunagu_ready)") == wanted
    except (httpx.HTTPError, ValueError):  # nothing listens yet, or it says in plain words that it begins
        return False


async def _is_quiet(server: Prometheus) -> bool:
    """Whoever was not there yet as it began was down: for two minutes that is no alert, for the two seconds here it is."""
    return not await server.firing()


def _configured(net: Network, folder: Path) -> Path:
    (folder / "rules").mkdir(parents=True)
    for path in RULES.glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        for what, instead in HURRIED:
            text = re.sub(what, instead, text, flags=re.M)
        (folder / "rules" / path.name).write_text(text, encoding="utf-8")
    targets = [_target(url, name) for name, url in net.where.services.items()]
    beside = {"files": ["beside.json"], "refresh_interval": "1s"}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules/*.yml"],
        "scrape_configs": [{"job_name": "tsunagu", "static_configs": targets, "file_sd_configs": [beside]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder / "prometheus.yml"


def _target(url: str, service: str) -> dict[str, Any]:
    return {"targets": [url.removeprefix("http://")], "labels": {"service": service}}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
