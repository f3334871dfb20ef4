"""Grants as Apache Kafka keeps them: ACLs that allow, from any host. A right to read or write includes that to describe."""

from collections.abc import Collection
from enum import Enum

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka import admin
from deploy.kafka.declared import Grant
from shared.kafka.connection import Kafka

OPERATIONS = {"read": AclOperation.READ, "write": AclOperation.WRITE}
KINDS = {
    "topic": (ResourceType.TOPIC, ResourcePatternType.LITERAL),
    "group": (ResourceType.GROUP, ResourcePatternType.PREFIXED),
}
EVERY = AclBindingFilter(  # None is any: its types do not know that
    ResourceType.ANY,
    None,  # type: ignore[arg-type]
    ResourcePatternType.ANY,
    None,  # type: ignore[arg-type]
    None,  # type: ignore[arg-type]
    AclOperation.ANY,
    AclPermissionType.ANY,
)


def there(kafka: Kafka) -> list[AclBinding] | None:
    """All of the brokers' ACLs; None where they have no authorizer. Raises TsunaguError where they may not be seen."""
    try:
        (found,) = admin.ask(
            kafka,
            "the ACLs could not be read",
            lambda client: client.describe_acls(EVERY, request_timeout=admin.TIMEOUT_SECONDS),
        )
    except admin.NoAuthorizer:
        return None
    return list(found)


def add(kafka: Kafka, bindings: Collection[AclBinding]) -> None:
    """Those that are there already stay as they are."""
    admin.ask(
        kafka,
        "the ACLs could not be made",
        lambda client: client.create_acls(list(bindings), request_timeout=admin.TIMEOUT_SECONDS),
    )


def remove(kafka: Kafka, bindings: Collection[AclBinding]) -> None:
    """These and no others."""
    exactly = [
        AclBindingFilter(
            b.restype, b.name, b.resource_pattern_type, b.principal, b.host, b.operation, b.permission_type
        )
        for b in bindings
    ]
    admin.ask(
        kafka,
        "the ACLs could not be removed",
        lambda client: client.delete_acls(exactly, request_timeout=admin.TIMEOUT_SECONDS),
    )


def binding(grant: Grant, kafka: Kafka) -> AclBinding:
    """On these brokers, where topics are called by their generation."""
    return on(kafka.name(grant.name) if grant.kind == "topic" else grant.name, grant)


def on(name: str, grant: Grant) -> AclBinding:
    """A grant on what is called so."""
    kind, pattern = KINDS[grant.kind]
    return AclBinding(kind, name, pattern, f"User:{grant.user}", "*", OPERATIONS[grant.may], AclPermissionType.ALLOW)


def told(one: AclBinding) -> str:
    """In a line, in Kafka's words: whoever made it may not have known ours."""
    allows, may, kind = (_word(part) for part in (one.permission_type, one.operation, one.restype))
    many = "*" if one.resource_pattern_type == ResourcePatternType.PREFIXED else ""
    return f"{one.principal} {allows} {may} {kind.lower()} {one.name}{many} from {one.host}"


def _word(part: Enum | str | int) -> str:
    return part.name if isinstance(part, Enum) else str(part)
