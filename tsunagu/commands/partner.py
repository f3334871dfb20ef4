"""tsunagu partner add"""

from deploy.kafka import access, topics
from services.intake.partners import Partners
from shared.errors import TsunaguError
from shared.events import referrals, updates
from shared.store import MongoStore, connect
from tsunagu.where import Where


async def add(where: Where, org: str) -> int:
    partners = Partners(MongoStore(connect(where.mongo), "tsunagu_intake").collection("partners"))
    key = await partners.add_key(org)
    await topics.apply(where.kafka, topics.partner(org))
    print(f"partner    {org}")
    print(f"publishes  {referrals.topic(org)}")
    print(f"reads      {updates.topic(org)}")
    print(f"API key    {key}")
    print("           shown once: keep it now; only its hash is stored")
    print(await _user(where, org))
    return 0


async def _user(where: Where, org: str) -> str:
    try:
        password = await access.add_user(where.kafka, org)
    except TsunaguError as error:
        return f"Kafka user none: {error}"
    return f"Kafka user {access.user(org)}\npassword   {password}\n           SCRAM-SHA-512, shown once"
