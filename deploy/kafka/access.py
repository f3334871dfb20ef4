"""Users of brokers that have users: of a partner, of a service. What each may do says `network.toml`."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Collection
from dataclasses import replace

from aiokafka.errors import KafkaError
from confluent_kafka import KafkaError as KafkaCode
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from deploy.kafka import acls, admin
from deploy.kafka.declared import ORG, SERVICE, read
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka, cluster_id

ITERATIONS = 8192
"""Of PBKDF2. The password is 24 random bytes: there is nothing to guess, whatever the number; Kafka asks for 4096."""


class NoUsers(TsunaguError):
    """Brokers on which nobody has a password."""


def user(org: str) -> str:
    """A partner's."""
    return next(name for name in read().users if ORG in name).replace(ORG, org)


def service_user(service: str) -> str:
    return next(name for name in read().users if SERVICE in name).replace(SERVICE, service)


def users(kafka: Kafka) -> frozenset[str]:
    """All with a password on these brokers: not those of certificates, nor of another listener's mechanism."""
    (found,) = admin.ask(
        kafka,
        "the users could not be read",
        lambda client: client.describe_user_scram_credentials(request_timeout=admin.TIMEOUT_SECONDS),
    )
    return frozenset(found)


async def add_user(kafka: Kafka, org: str) -> str:
    """Makes a partner's user (or gives it a new password) and the grants that come with the partner, where brokers know
    grants; returns the password.

    Raises NoUsers; TsunaguError where it cannot be done, and why.
    """
    await _must_have_users(kafka)
    with contextlib.suppress(admin.NoAuthorizer):
        await asyncio.to_thread(acls.add, kafka, [acls.binding(one, kafka) for one in read().grants_for(org)])
    return await _with_password(kafka, user(org))


async def let_services_in(kafka: Kafka, orgs: Collection[str]) -> None:
    """What services may do on these partners' topics, where brokers know grants: partners that have left, and so are made no
    user, have cases that go on.
    """
    if (await cluster_id(kafka)).startswith(admin.EMBEDDED):  # the embedded broker knows none
        return
    found = await asyncio.to_thread(acls.there, kafka)
    grants = (grant for org in orgs for grant in read().grants_for(org) if grant.user != user(org))
    if found is not None and (lacking := [one for one in (acls.binding(g, kafka) for g in grants) if one not in found]):
        await asyncio.to_thread(acls.add, kafka, lacking)


async def remove_user(kafka: Kafka, org: str) -> int:
    """Takes away what a partner's user may do, then the user; returns how many grants there were. Once it is gone, again
    does no harm. What is connected is refused from the next request on.

    Raises NoUsers; TsunaguError where it cannot be done, and why.
    """
    await _must_have_users(kafka)
    found = await asyncio.to_thread(acls.there, kafka) or []
    own = [one for one in found if one.principal == f"User:{user(org)}"]
    if own:
        await asyncio.to_thread(acls.remove, kafka, own)
    await asyncio.to_thread(_forget, kafka, user(org))
    return len(own)


def _forget(kafka: Kafka, name: str) -> None:
    gone = UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512)
    try:
        admin.ask(
            kafka,
            f"the user {name} could not be removed",
            lambda client: client.alter_user_scram_credentials([gone], request_timeout=admin.TIMEOUT_SECONDS),
        )
    except TsunaguError as error:
        cause = error.__cause__
        if not isinstance(cause, KafkaException) or cause.args[0].code() != KafkaCode.RESOURCE_NOT_FOUND:
            raise


async def add_service_user(kafka: Kafka, service: str) -> str:
    """As `add_user`, of a service; its grants are made by `tsunagu topics apply`, and those on a partner's topics with the
    partner.
    """
    await _must_have_users(kafka)
    return await _with_password(kafka, service_user(service))


async def _must_have_users(kafka: Kafka) -> None:
    if (await cluster_id(kafka)).startswith(admin.EMBEDDED):
        raise NoUsers("the embedded broker has no users")
    if not kafka.user:
        raise NoUsers(
            "these brokers ask for no user: set TSUNAGU_KAFKA_USER and TSUNAGU_KAFKA_PASSWORD if they have users"
        )


async def _with_password(kafka: Kafka, name: str) -> str:
    password = secrets.token_urlsafe(24)
    await asyncio.to_thread(set_password, kafka, name, password)
    await _known(replace(kafka, user=name, password=password))
    return password


def set_password(kafka: Kafka, name: str, password: str) -> None:
    """Of a user that is there, or is made by it."""
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    made = UserScramCredentialUpsertion(name, scram, password.encode())
    admin.ask(
        kafka,
        f"the user {name} could not be made",
        lambda client: client.alter_user_scram_credentials([made], request_timeout=admin.TIMEOUT_SECONDS),
    )


async def _known(new: Kafka) -> None:
    """Brokers learn of a user a moment after it was made; who is handed a password may use it at once."""
    deadline = time.monotonic() + admin.TIMEOUT_SECONDS
    while True:
        try:
            await cluster_id(new)
            return
        except KafkaError as error:
            if time.monotonic() > deadline:
                raise TsunaguError(
                    f"the user {new.user} was made, but {new.servers} does not let it in yet: make it again"
                ) from error
            await asyncio.sleep(0.1)
