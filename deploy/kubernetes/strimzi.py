"""Topics, users and grants of `deploy/kafka/network.toml` as resources that Strimzi's operators make them from. Pure.

What `tsunagu topics apply` would make is made by these, no more and no less (tests/unit/deploy/test_strimzi.py).
"""

import re
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from deploy.kafka import topics
from deploy.kafka.declared import ORG, Declared, Grant
from deploy.kafka.difference import durable
from deploy.kafka.topics import Topic

Resource = dict[str, Any]

API = "kafka.strimzi.io/v1"
CLUSTER = "tsunagu"
"""Name of the `Kafka` resource."""
SUPER_USER = "tsunagu"
"""The network's own, by which the command line works: what it may do is in the `Kafka` resource, not in grants."""
REPLICAS = 3
"""Copies of every record, one on each broker of base/kafka/cluster.yaml."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]")
"""Of a partner: it is in the names of its topics and its user, which are names in Kubernetes, too."""
EXPECTED = "2 to 32 of a-z, 0-9, and - between them"
PATTERNS = {"topic": "literal", "group": "prefix"}
"""Kind of a grant → how its name is meant, in Strimzi's words."""


def network(declared: Declared) -> list[Resource]:
    """What is there whoever takes part."""
    by_user = _by_user(declared.grants())
    return [
        *(_topic(topic) for topic in topics.network(declared=declared)),
        _user(SUPER_USER),
        *(_user(name, grants) for name, grants in by_user.items()),
    ]


def partners(orgs: Collection[str], declared: Declared) -> list[Resource]:
    """What comes with each partner, but for what services may do on its topics: see `services_grants`."""
    return [one for org in orgs for one in _partner(org, declared)]


def services_grants(orgs: Collection[str], declared: Declared) -> dict[str, list[Resource]]:
    """User of a service → its grants on these partners' topics, to be added to those that it has."""
    grants = [grant for org in orgs for grant in declared.grants_for(org) if not _is_own(grant, org, declared)]
    return {name: [_acl(grant) for grant in own] for name, own in _by_user(grants).items()}


def _partner(org: str, declared: Declared) -> Iterator[Resource]:
    yield from (_topic(topic) for topic in topics.partner(org, declared))
    own = [grant for grant in declared.grants_for(org) if _is_own(grant, org, declared)]
    yield from (_user(name, grants) for name, grants in _by_user(own).items())


def _is_own(grant: Grant, org: str, declared: Declared) -> bool:
    return grant.user in {name.replace(ORG, org) for name in declared.users if ORG in name}


def _by_user(grants: Collection[Grant]) -> dict[str, list[Grant]]:
    ordered = sorted(grants, key=lambda grant: grant.user)
    return {name: list(own) for name, own in groupby(ordered, key=lambda grant: grant.user)}


def _topic(topic: Topic) -> Resource:
    lasting = durable(topic, REPLICAS)
    spec = {"topicName": topic.name, "partitions": topic.partitions, "replicas": REPLICAS, "config": _typed(lasting)}
    return _resource("KafkaTopic", topic.name, spec)


def _typed(topic: Topic) -> dict[str, str | int]:
    return {key: int(value) if re.fullmatch(r"-?\d+", value) else value for key, value in topic.config.items()}


def _user(name: str, grants: Collection[Grant] = ()) -> Resource:
    spec: Resource = {"authentication": {"type": "scram-sha-512"}}
    if grants:
        spec["authorization"] = {"type": "simple", "acls": [_acl(grant) for grant in grants]}
    return _resource("KafkaUser", name, spec)


def _acl(grant: Grant) -> Resource:
    """All of it said, so that nothing hangs on what Strimzi takes for granted."""
    resource = {"type": grant.kind, "name": grant.name, "patternType": PATTERNS[grant.kind]}
    return {"type": "allow", "resource": resource, "operations": [grant.may.title()], "host": "*"}


def _resource(kind: str, name: str, spec: Resource) -> Resource:
    labels = {"strimzi.io/cluster": CLUSTER}
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}
