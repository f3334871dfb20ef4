"""What brokers have: topics with their settings, and ACLs."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, for_code
from confluent_kafka.admin import AclBinding

from deploy.kafka import access, acls
from deploy.kafka.admin import EMBEDDED, NEEDED
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.kafka.refusal import refusal


@dataclass(frozen=True)
class Found:
    """A topic. `replicas`: of its partition with the fewest."""

    partitions: int
    replicas: int
    config: Mapping[str, str]


@dataclass(frozen=True)
class There:
    """`topics`: without Kafka's own. `acls`: None where there is no authorizer, and everybody may do everything.
    `users`: those with a password; none where there are no ACLs either.
    """

    topics: Mapping[str, Found]
    acls: frozenset[AclBinding] | None
    embedded: bool = False
    users: frozenset[str] = frozenset()


async def look(kafka: Kafka) -> There:
    """Raises TsunaguError where it cannot be seen, and why."""
    async with _admin(kafka) as admin:
        embedded = str((await admin.describe_cluster())["cluster_id"]).startswith(EMBEDDED)
        described = [one for one in await admin.describe_topics() if not one["topic"].startswith("__")]
        config = await _config(admin, [one["topic"] for one in described])
    topics = {one["topic"]: Found(len(one["partitions"]), _replicas(one), config[one["topic"]]) for one in described}
    found = None if embedded else await asyncio.to_thread(acls.there, kafka)
    if found is None:
        return There(topics, None, embedded)
    return There(topics, frozenset(found), embedded, await asyncio.to_thread(access.users, kafka))


async def replicas_of(kafka: Kafka, name: str) -> int:
    """Of a topic's partition with the fewest. 0: it is not there, and is not made: brokers may make a topic that is asked for
    by name, so all are asked for. Raises TsunaguError where it cannot be seen, and why.
    """
    async with _admin(kafka) as admin:
        return next((_replicas(one) for one in await admin.describe_topics() if one["topic"] == name), 0)


def _replicas(described: Mapping[str, Any]) -> int:
    return min(len(part["replicas"]) for part in described["partitions"])


@asynccontextmanager
async def _admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    except KafkaConnectionError as error:
        away = f"no Kafka broker answers at {kafka.servers} (TSUNAGU_KAFKA, host:port[,host:port])"
        raise TsunaguError(await refusal(kafka) or away) from error
    except KafkaError as error:
        raise TsunaguError(f"the brokers at {kafka.servers} could not be asked: {error}") from error
    finally:
        await admin.close()


async def _config(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(asked) if asked else ():
        for code, _message, _kind, name, entries in response.resources:
            if code:
                raise TsunaguError(
                    f"the settings of topic {name} could not be read ({for_code(code).__name__}): {NEEDED}"
                )
            found[name] = {key: value for key, value, *_ in entries}
    return found
