"""tsunagu partner add, tsunagu partner user"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from deploy.kafka import access
from deploy.kafka.partners import make_topics
from services.intake.partners import partners_of
from services.intake.partners.keys import must_be_name
from shared.events import referrals, updates
from shared.kafka.connection import Kafka
from tsunagu.known import must_be_known
from tsunagu.secret_file import reserved, write_secrets
from tsunagu.where import Where


@dataclass(frozen=True)
class Access:
    """What a partner's clients are told, under the names of the environment variables that the examples read."""

    TSUNAGU_URL: str
    TSUNAGU_ORG: str
    TSUNAGU_KEY: str
    KAFKA_SERVERS: str
    KAFKA_USER: str = ""
    KAFKA_PASSWORD: str = ""
    KAFKA_TLS: str = ""
    KAFKA_CA: str = ""


async def add(where: Where, org: str, env: Path | None = None, *, key_only: bool = False) -> int:
    """Makes topics, API key and user. `env`: a file that is made and holds the secrets, which are then not printed.

    `key_only`: topics and user are made by others.
    """
    with reserved(env):
        return await _add(where, org, env, key_only=key_only)


async def _add(where: Where, org: str, env: Path | None, *, key_only: bool) -> int:
    """The key last: where it is shown once, nothing may fail after it."""
    must_be_name(org)
    if key_only:
        name, password = access.user(org), ""
        said = f"{name}, made elsewhere, and so its password and topics"
    else:
        await make_topics(where.kafka, [org])
        name, password, said = await user(where, org)
    async with partners_of(where.kafka, where.mongo) as partners:
        again = bool(password and await partners.keys(org))
        key = await partners.add_key(org)
    given = Access(where.urls["intake"], org, key, where.kafka.servers, name, password, *_encrypted(where.kafka))
    print(f"partner    {org}\npublishes  {referrals.topic(org)}\nreads      {updates.topic(org)}")
    if env:
        write_secrets(env, asdict(given))
        print(f"Kafka user {said}\nsecrets    in {env}, readable by you alone: hand it over safely")
        if given.KAFKA_CA:
            print(f"CA         {given.KAFKA_CA}: hand this file over, too; KAFKA_CA is where it lies there")
    else:
        _print(given, said)
    if again:
        print(f"{org} had joined before: its Kafka password from then is good no more, its API keys still are")
    return 0


def _encrypted(kafka: Kafka) -> tuple[str, str]:
    """KAFKA_TLS and KAFKA_CA."""
    ca = kafka.tls.ca if kafka.tls else None
    return "true" if kafka.tls else "", quote(str(ca.absolute())) if ca else ""


async def user_anew(where: Where, org: str, env: Path | None) -> int:
    """The Kafka user and its password alone, with the topics where those are gone, too. `env`: see `add`."""
    await must_be_known(where.mongo, org)
    with reserved(env):
        await make_topics(where.kafka, [org])
        secrets = {"KAFKA_USER": access.user(org), "KAFKA_PASSWORD": await access.add_user(where.kafka, org)}
        if env:
            write_secrets(env, secrets)
    print(f"Kafka user {access.user(org)}: a password from before is good no more; its API keys are as they were")
    handed = f"secrets    in {env}, readable by you alone: hand it over safely"
    print(handed if env else _shown_once(secrets["KAFKA_PASSWORD"]))
    async with partners_of(where.kafka, where.mongo) as partners:
        if not any(key.good(datetime.now(UTC)) for key in await partners.keys(org)):
            print(f"no API key of {org} is good: if it had been removed, it is let in again over Kafka; "
                  f"`tsunagu partner remove {org}` undoes it")  # fmt: skip
    return 0


def _shown_once(password: str) -> str:
    return f"password   {password}\n           SCRAM-SHA-512, shown once"


async def user(where: Where, org: str) -> tuple[str, str, str]:
    """Name, password, and what to say; no name where the brokers have no users. Raises TsunaguError where it cannot be made."""
    try:
        password = await access.add_user(where.kafka, org)
    except access.NoUsers as error:
        return "", "", f"none: {error}"
    return access.user(org), password, access.user(org)


def _print(given: Access, said: str) -> None:
    print(f"API key    {given.TSUNAGU_KEY}")
    print("           shown once: keep it now; only its hash is stored")
    print(f"Kafka user {said}")
    if given.KAFKA_PASSWORD:
        print(_shown_once(given.KAFKA_PASSWORD))
