"""Grants on brokers against those in the file. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping

from confluent_kafka.admin import AclBinding, ResourcePatternType, ResourceType

from deploy.kafka import access, acls
from deploy.kafka.declared import ORG, Declared, Grant
from deploy.kafka.fates import Difference, Fate
from deploy.kafka.there import There
from shared.kafka.connection import Kafka


def differences(
    there: There, declared: Declared, orgs: Collection[str], kafka: Kafka, others: Mapping[str, str]
) -> Iterator[Difference]:
    """`others`: topics of ours of another generation, each with its name in the file. Nothing where there are no ACLs."""
    if there.acls is None:
        return
    grants = (grant for org in orgs for grant in declared.grants_for(org) if not _has_left(grant, org, there))
    wanted = {acls.binding(one, kafka): one for one in (*declared.grants(), *grants)}
    for binding, grant in wanted.items():
        if binding not in there.acls:
            yield Difference(Fate.MAKE, f"grant {grant}", grant=binding)
    known = wanted.keys() | {one for grant in declared.grants() for one in _elsewhere(grant, others)}
    topics = {binding.name for binding in known if binding.restype == ResourceType.TOPIC}
    for acl in sorted(there.acls - known, key=acls.told):
        yield from _extra(acl, topics, ours(declared))


def _has_left(grant: Grant, org: str, there: There) -> bool:
    """Whether it is a partner's own whose user is gone: its topics stay. Where no user has a password nobody can tell."""
    its = access.user(org)
    return bool(there.users) and grant.user == its and its not in there.users


def _elsewhere(grant: Grant, others: Mapping[str, str]) -> list[AclBinding]:
    """The same on other generations."""
    return [acls.on(raw, grant) for raw, name in others.items() if grant.kind == "topic" and grant.name == name]


def _extra(acl: AclBinding, topics: Collection[str], ours: re.Pattern[str]) -> Iterator[Difference]:
    """What is not in the file: our users' may be removed when told; others' on our topics are worth a look."""
    if ours.fullmatch(acl.principal):
        yield Difference(Fate.REVOKE, f"grant {acls.told(acl)} is not in the file; --revoke removes it", acl=acl)
    elif any(_covers(acl, name) for name in topics):
        yield Difference(Fate.LEAVE, f"grant {acls.told(acl)} is not in the file; its user is not ours: it is let be")


def ours(declared: Declared) -> re.Pattern[str]:
    """Principals of the file's users."""
    names = [name for user in declared.users for name in declared.each(user)]
    return re.compile("|".join("User:" + re.escape(name).replace(re.escape(ORG), "[a-z0-9-]+") for name in names))


def _covers(acl: AclBinding, topic: str) -> bool:
    if acl.restype != ResourceType.TOPIC:
        return False
    prefixed = acl.resource_pattern_type == ResourcePatternType.PREFIXED
    return acl.name in ("*", topic) or (prefixed and topic.startswith(acl.name))
