"""A partner's own user on brokers that have users: it may write its referrals and read its updates, nothing else.

With confluent-kafka: aiokafka has no calls for users and ACLs, and Kafka's own tools take the password as an argument,
for every process on the machine to see.
"""

import asyncio
import secrets
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from shared.errors import TsunaguError
from shared.events import referrals, updates
from shared.kafka.connection import Kafka, cluster_id

ITERATIONS = 8192
"""Of PBKDF2. The password is 24 random bytes: there is nothing to guess, whatever the number; Kafka asks for 4096."""
TIMEOUT_SECONDS = 15.0


def user(org: str) -> str:
    return f"partner-{org}"


async def add_user(kafka: Kafka, org: str) -> str:
    """Makes the user (or gives it a new password) and its ACLs; returns the password.

    Raises TsunaguError where that cannot be done, and why.
    """
    if (await cluster_id(kafka)).startswith("tsunagu-"):
        raise TsunaguError("the embedded broker has no users")
    if not kafka.user:
        raise TsunaguError(
            "these brokers ask for no user: set TSUNAGU_KAFKA_USER and TSUNAGU_KAFKA_PASSWORD if they have users"
        )
    password = secrets.token_urlsafe(24)
    await asyncio.to_thread(_add, kafka, org, password)
    await _known(Kafka(kafka.servers, user(org), password))
    return password


async def _known(partner: Kafka) -> None:
    """Brokers learn of a user a moment after it was made; who is handed a password may use it at once."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            try:
                await cluster_id(partner)
            except KafkaError:
                await asyncio.sleep(0.1)
            else:
                return


def _add(kafka: Kafka, org: str, password: str) -> None:
    admin = AdminClient(_options(kafka))
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    made = UserScramCredentialUpsertion(user(org), scram, password.encode())
    _await("user", admin.alter_user_scram_credentials([made], request_timeout=TIMEOUT_SECONDS))
    _await("ACL", admin.create_acls(acls(org), request_timeout=TIMEOUT_SECONDS))


def acls(org: str) -> list[AclBinding]:
    """Groups of its own are those whose names begin with its user's and a dot."""
    return [
        *(_allow(org, ResourceType.TOPIC, referrals.topic(org), what) for what in (AclOperation.WRITE, AclOperation.DESCRIBE)),
        *(_allow(org, ResourceType.TOPIC, updates.topic(org), what) for what in (AclOperation.READ, AclOperation.DESCRIBE)),
        _allow(org, ResourceType.GROUP, f"{user(org)}.", AclOperation.READ, ResourcePatternType.PREFIXED),
    ]  # fmt: skip


def _allow(
    org: str,
    kind: ResourceType,
    name: str,
    what: AclOperation,
    pattern: ResourcePatternType = ResourcePatternType.LITERAL,
) -> AclBinding:
    return AclBinding(kind, name, pattern, f"User:{user(org)}", "*", what, AclPermissionType.ALLOW)


def _options(kafka: Kafka) -> dict[str, Any]:
    """librdkafka's words for the same connection; quiet, because what fails is told by us."""
    return {
        "bootstrap.servers": kafka.servers,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": kafka.user,
        "sasl.password": kafka.password,
        "log_level": 0,
    }


def _await(what: str, answers: Mapping[Any, Future[Any]]) -> None:
    for answer in answers.values():
        try:
            answer.result(TIMEOUT_SECONDS)
        except KafkaException as error:
            raise TsunaguError(
                f"the {what} could not be made ({error.args[0].name()}): "
                "TSUNAGU_KAFKA_USER must be a user that may alter users and ACLs"
            ) from error
