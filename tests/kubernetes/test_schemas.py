"""Every resource of every overlay, by the schemas of those who would read it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from itertools import product
from typing import Any

import pytest

from tests.kubernetes.built import OVERLAYS, Cluster, Resource, named
from tests.kubernetes.schemas import KUBERNETES, Key, flaws

pytestmark = [pytest.mark.kubernetes, pytest.mark.timeout(900)]

Spoil = Callable[[Resource], Any]
SPOILT: list[tuple[str, str, Spoil, str]] = [
    ("Deployment", "stats", lambda one: one["spec"].update(replicsa=2), "replicsa"),
    ("Deployment", "stats", lambda one: one["spec"].update(replicas="two"), "'two' is not of type"),
    ("NetworkPolicy", "to-pages", lambda one: one["spec"].update(ingres=[]), "ingres"),
    ("CronJob", "verify", lambda one: one["spec"].pop("schedule"), "'schedule' is a required property"),
    ("ScaledObject", "stats", lambda one: one["spec"].update(maxReplicas=4), "maxReplicas"),
    ("ScaledObject", "stats", lambda one: one["spec"]["triggers"][0].pop("type"), "'type' is a required property"),
    ("Kafka", "tsunagu", lambda one: one["spec"]["kafka"].update(replicas=3), "replicas"),
    ("KafkaUser", "tsunagu-stats", lambda one: one["spec"]["authorization"]["acls"][0].update(operations=["Reed"]), "Reed"),
    ("KafkaTopic", "cases", lambda one: one["spec"].update(partition=4), "partition"),
    ("KafkaNodePool", "node", lambda one: one["spec"].update(roles=["boss"]), "boss"),
    ("MongoDBCommunity", "mongo", lambda one: one["spec"].update(membres=3), "membres"),
    ("Prometheus", "tsunagu", lambda one: one["spec"].update(retention="90 days"), "90 days"),
    ("PodMonitor", "tsunagu", lambda one: one["spec"].update(jobLable="x"), "jobLable"),
    ("PrometheusRule", "tsunagu", lambda one: one["spec"]["groups"][0]["rules"][0].pop("expr"), "expr"),
]  # fmt: skip


@pytest.mark.parametrize(("overlay", "kubernetes"), [*product(OVERLAYS, KUBERNETES[-1:]), (OVERLAYS[0], KUBERNETES[0])])
def test_every_resource_is_one(
    overlay: str, kubernetes: str, clusters: Mapping[str, Cluster], known: Mapping[Key, Resource]
) -> None:
    assert list(flaws(clusters[overlay], known, kubernetes)) == []


@pytest.mark.parametrize(("kind", "name", "spoil", "told"), SPOILT, ids=[f"{one[0]}-{one[3]}" for one in SPOILT])
def test_a_wrong_field_is_named(
    kind: str, name: str, spoil: Spoil, told: str, clusters: Mapping[str, Cluster], known: Mapping[Key, Resource]
) -> None:
    one = deepcopy(named(clusters["one-prefecture"], kind, name))
    spoil(one)
    found = list(flaws([one], known, KUBERNETES[-1]))
    assert any(told in flaw for flaw in found), found


def test_a_kind_that_nobody_knows_is_named(known: Mapping[Key, Resource]) -> None:
    one = {"apiVersion": "keda.sh/v1", "kind": "ScaledObject", "metadata": {"name": "x"}}
    assert "Couldn't find schema for kind ScaledObject" in next(flaws([one], known, KUBERNETES[-1]))
