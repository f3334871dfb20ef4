"""The partners that intake knows."""

from shared.errors import TsunaguError
from shared.store import MongoStore, connect


async def known_partners(mongo: str) -> list[str]:
    partners = MongoStore(connect(mongo), "tsunagu_intake").collection("partners")
    return sorted(await partners.distinct("org"))


async def must_be_known(mongo: str, org: str) -> None:
    """Raises TsunaguError."""
    known = await known_partners(mongo)
    if org not in known:
        raise TsunaguError(f"there is no partner {org}: known are {', '.join(known) or 'none'} (tsunagu partner add)")
