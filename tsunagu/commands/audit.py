"""tsunagu audit"""

from collections.abc import Sequence

from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kafka.log import Log
from shared.privacy.audit import Audit, Line
from shared.shelf import SHELVES, shelf
from shared.store import MongoStore, connect
from tsunagu.where import Where

AUDITED = tuple(name for name, shelves in SHELVES.items() if "audit" in shelves)


async def run(where: Where, service: str | None, person: str | None, limit: int) -> int:
    """1 where a chain is broken."""
    if service and service not in AUDITED:
        raise TsunaguError(f"{service} keeps no log of openings; these do: {', '.join(AUDITED)}")
    broken = [await _show(where, name, person, limit) for name in ([service] if service else AUDITED)]
    return 1 if any(broken) else 0


async def _show(where: Where, service: str, person: str | None, limit: int) -> bool:
    """The newest lines, and whether all lines fit together."""
    store = MongoStore(connect(where.mongo), f"tsunagu_{service}")
    audit = Audit(shelf(service, "audit", store, KafkaBus(where.kafka), RealClock()))
    for line in await audit.newest(limit, person):
        print(f"{line.at}  {service:<8} {line.number:>7}  {line.actor:<32} {line.person:<32} {line.why}")
    at = await audit.broken() or await _ends_early(where.kafka, service, await audit.newest(1))
    print(f"{service}: the chain is {f'BROKEN from line {at} on' if at else 'whole'}")
    return at is not None


async def _ends_early(kafka: Kafka, service: str, newest: Sequence[Line]) -> int | None:
    """The first line that was told and is not there any more: what is cut off at the end breaks no chain."""
    last, told = newest[0].number if newest else 0, 0
    async with Log(kafka, [SHELVES[service]["audit"]]) as log:
        async for records in log.read({}):
            told = max(told, *(int(record.key or 0) for record in records))
    return last + 1 if told > last else None
