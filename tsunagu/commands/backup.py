"""tsunagu backup"""

from pathlib import Path

from shared.errors import TsunaguError
from shared.store import MongoStore, connect
from tsunagu import backup
from tsunagu.where import SERVICES, Where


async def run(where: Where, service: str, file: Path) -> int:
    counts = await backup.write(store_of(where, service), service, file)
    for name, count in counts.items():
        print(f"{name:12} {count:8}")
    print(f"{file}: keep it as safe as the database itself")
    return 0


def store_of(where: Where, service: str) -> MongoStore:
    """Raises TsunaguError for what is no service."""
    if service not in SERVICES:
        raise TsunaguError(f"there is no service {service!r}: one of {', '.join(SERVICES)}")
    return MongoStore(connect(where.mongo), f"tsunagu_{service}")
