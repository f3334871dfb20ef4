"""Making brokers what the file says, as far as nothing is lost by it."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence

from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from deploy.kafka import acls, admin, topics
from deploy.kafka.fates import Difference, Fate
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka


async def apply(kafka: Kafka, found: Sequence[Difference], *, replicas: int, revoke: bool = False) -> list[Difference]:
    """Returns what was done. May be done again at any time. `revoke`: grants that the file does not have, too.

    Raises TsunaguError before anything is done where something forbids it, and where the brokers refuse.
    """
    if refused := [one.what for one in found if one.fate is Fate.REFUSE]:
        raise TsunaguError("; ".join(refused))
    done = [one for one in found if one.fate in (Fate.MAKE, Fate.CHANGE) or (revoke and one.fate is Fate.REVOKE)]
    made = [one.topic for one in done if one.fate is Fate.MAKE and one.topic]
    await topics.apply(kafka, made, replicas=replicas)
    await asyncio.to_thread(_change, kafka, [one for one in done if one.settings])
    if grants := [one.grant for one in done if one.grant]:
        await asyncio.to_thread(acls.add, kafka, grants)
    if gone := [one.acl for one in done if one.acl]:
        await asyncio.to_thread(acls.remove, kafka, gone)
    return done


def _change(kafka: Kafka, found: Collection[Difference]) -> None:
    entries: dict[str, list[ConfigEntry]] = defaultdict(list)
    for one in found:
        if one.topic:
            entries[kafka.name(one.topic.name)] += [
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in one.settings
            ]
    if not entries:
        return
    changed = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=new) for name, new in entries.items()]
    admin.ask(
        kafka,
        "the settings could not be changed",
        lambda client: client.incremental_alter_configs(changed, request_timeout=admin.TIMEOUT_SECONDS),
    )
