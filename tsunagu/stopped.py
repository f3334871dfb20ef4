"""What may be done only while services do not run."""

from collections.abc import Collection
from datetime import UTC, datetime

import httpx

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.groups import members
from shared.kafka.log import Log
from shared.status.records import SILENT_AFTER, Status, topic
from tsunagu.verify.wiring import group
from tsunagu.where import Where


async def refuse_running(where: Where, services: Collection[str], what: str) -> None:
    """Raises TsunaguError naming the first of them that runs, here or elsewhere, and how that shows."""
    for service in services:
        if await _answers(where.at(service)):
            raise TsunaguError(f"{service} runs (it answers at {where.at(service)}): stop it before {what}")
    cluster = await cluster_id(where.kafka)
    for service in services:
        if cluster.startswith("tsunagu-"):  # the embedded broker never stops counting a member that was killed
            shows, notices = await _spoke(where.kafka, service), f"that shows {SILENT_AFTER:.0f} s after its last word"
        else:
            count = await members(where.kafka, group(service, "kernel", cluster))
            shows = f"{count} in its consumer group" if count else ""
            notices = "the broker notices within seconds"
        if shows:
            raise TsunaguError(
                f"{service} runs somewhere ({shows}): stop it before {what}; if it was killed, {notices}"
            )


async def _spoke(kafka: Kafka, service: str) -> str:
    """When it last said how it stands, if any process of it has not been silent since; "" where none runs."""
    last: dict[bytes | None, Status] = {}
    async with Log(kafka, [topic(service)]) as log:
        async for records in log.read({}):
            last |= {record.key: Status.model_validate_json(record.value) for record in records if record.value}
    now = datetime.now(UTC)
    ages = [(now - word.at).total_seconds() for word in last.values() if not word.stopped]
    return f"it said how it stands {min(ages):.0f} s ago" if ages and min(ages) < SILENT_AFTER else ""


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
