"""What may be done only while services do not run."""

from collections.abc import Collection

import httpx

from shared.errors import TsunaguError
from shared.kafka.connection import cluster_id
from shared.kafka.groups import members
from tsunagu.verify.wiring import group
from tsunagu.where import Where


async def refuse_running(where: Where, services: Collection[str], what: str) -> None:
    """Raises TsunaguError naming the first of them that runs, here or elsewhere, and how that shows."""
    for service in services:
        if await _answers(where.at(service)):
            raise TsunaguError(f"{service} runs (it answers at {where.at(service)}): stop it before {what}")
    cluster = await cluster_id(where.kafka)
    if cluster.startswith("tsunagu-"):
        return  # the embedded broker never stops counting a member that was killed; and what it serves runs here
    for service in services:
        if count := await members(where.kafka, group(service, "kernel", cluster)):
            raise TsunaguError(
                f"{service} runs somewhere ({count} in its consumer group): stop it before {what}; if it was killed, "
                "the broker notices within seconds"
            )


async def _answers(url: str) -> bool:
    """Whatever it says, and even if it only waits."""
    try:
        async with httpx.AsyncClient(timeout=5) as http:
            await http.get(f"{url}/health/live")
    except httpx.ConnectError:
        return False
    except httpx.HTTPError:
        return True
    return True
