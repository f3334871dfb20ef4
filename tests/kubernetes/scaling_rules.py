"""How many of a service there may be, and by what it is seen; what Prometheus asks."""

import re
from collections.abc import Iterator

import yaml

from deploy.kubernetes.prometheus import FOLDER as RULES
from tests.house.documented import metrics
from tests.kubernetes.built import Cluster, Resource, name_of, named, namespace_of, of, services
from tests.kubernetes.pod_rules import selects

LAG = "tsunagu_consumer_lag_records"
LABEL_OF_NAME = "__meta_kubernetes_pod_label_app_kubernetes_io_name"


def partitions(cluster: Cluster, service: str) -> int:
    """Of the topics that it reads together with its commands, which all have one number."""
    return int(named(cluster, "KafkaTopic", f"{service}.commands")["spec"]["partitions"])


def never_more_than_partitions(cluster: Cluster) -> Iterator[str]:
    """Not even while a new one takes an old one's place: who has no partition would be idle, and may stay so."""
    for name, one in services(cluster).items():
        scaled, extra = (
            named(cluster, "ScaledObject", name)["spec"],
            one["spec"]["strategy"]["rollingUpdate"]["maxSurge"],
        )
        for how, number in (("maxReplicaCount", scaled["maxReplicaCount"]), ("replicas", one["spec"].get("replicas", 1)),
                            ("fallback", scaled["fallback"]["replicas"])):  # fmt: skip
            if number + extra > (there := partitions(cluster, name)):
                yield f"{name}: {how} is {number}, with {extra} more in an update: there are {there} partitions"
        if not 2 <= scaled["minReplicaCount"] <= scaled["maxReplicaCount"]:
            yield f"{name} may be down to {scaled['minReplicaCount']}: one may be away, so there are two"


def each_scales_by_its_own_lag(cluster: Cluster) -> Iterator[str]:
    """By a metric that services export, with the labels that Prometheus then has; asked where that Prometheus is."""
    told = {metric.name: metric.labels.split(", ") for metric in metrics()}
    for one in of(cluster, "ScaledObject"):
        name, (trigger,) = name_of(one), one["spec"]["triggers"]
        said = trigger["metadata"]
        metric, labels = _asked(said["query"])
        if metric != LAG or not labels.keys() - {"service"} <= set(told.get(metric, ())):
            yield f"{name} scales by {said['query']}, which nobody exports"
        if labels != {"service": name, "reader": "kernel"} or one["spec"]["scaleTargetRef"]["name"] != name:
            yield f"{name} scales by another's lag"
        if said["serverAddress"] != f"http://prometheus-operated.{namespace_of(one)}.svc:9090":
            yield f"{name} asks the Prometheus at {said['serverAddress']}"
        if said["ignoreNullValues"] != "false" or trigger["metricType"] != "AverageValue":
            yield f"{name} takes no answer for no lag"


def _asked(query: str) -> tuple[str, dict[str, str]]:
    found = re.fullmatch(r"sum\((\w+)\{(.*)\}\)", query)
    assert found, query
    return found[1], dict(re.findall(r'(\w+)="([^"]*)"', found[2]))


def prometheus_sees_each_service(cluster: Cluster) -> Iterator[str]:
    """With the labels by which the rules ask."""
    monitor = named(cluster, "PodMonitor", "tsunagu")["spec"]
    (endpoint,) = monitor["podMetricsEndpoints"]
    for name, one in services(cluster).items():
        template = one["spec"]["template"]
        if not selects(monitor["selector"], template["metadata"]["labels"]):
            yield f"{name} is not scraped"
        if template["metadata"]["labels"].get(monitor["jobLabel"]) != "tsunagu":
            yield f"{name} is of another job than the rules ask for"
    if (endpoint["port"], endpoint["path"]) != ("http", "/metrics"):
        yield f"{endpoint['path']} at {endpoint['port']} is not where services tell their metrics"
    relabeled = {one["targetLabel"]: one["sourceLabels"] for one in endpoint["relabelings"]}
    if relabeled != {"service": [LABEL_OF_NAME]}:
        yield "what is scraped does not say of which service it is"


def prometheus_has_the_rules(cluster: Cluster) -> Iterator[str]:
    there = {group["name"]: group for group in named(cluster, "PrometheusRule", "tsunagu")["spec"]["groups"]}
    wanted: dict[str, Resource] = {
        group["name"]: group
        for file in RULES.glob("*.yml")
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    }
    yield from (f"group {name} is not as in deploy/prometheus/rules" for name in wanted.keys() | there.keys()
                if wanted.get(name) != there.get(name))  # fmt: skip
