"""Who needs whom, held against who may reach whom: no more, no less."""

from collections.abc import Iterator

from tests.kubernetes.built import (
    Cluster,
    Resource,
    container,
    environment,
    name_of,
    named,
    of,
    services,
    templates,
)  # fmt: skip
from tests.kubernetes.pod_rules import selects
from tests.kubernetes.reach import Pod, may

KAFKA = Pod({"strimzi.io/cluster": "tsunagu", "strimzi.io/kind": "Kafka", "strimzi.io/pool-name": "node"})
"""Labels are Strimzi's; so are the policies for who comes in, which it makes of each listener."""
MONGO = Pod({"app": "mongo-svc"})
PROMETHEUS = Pod({"app.kubernetes.io/name": "prometheus"})
DNS = Pod({"k8s-app": "kube-dns"}, "kube-system")
BROWSER = Pod({"app.kubernetes.io/name": "ingress-nginx"}, "ingress-nginx")
KEDA = Pod({"app": "keda-operator"}, "keda")
STRANGER = Pod({"app.kubernetes.io/part-of": "tsunagu", "app.kubernetes.io/component": "service"}, "elsewhere")
WORLD = Pod({}, world=True)
OTHER = Pod({"app": "of-an-operator"})


def ours(cluster: Cluster) -> dict[str, Pod]:
    return {
        name: Pod(template["metadata"]["labels"], ports={
            port["name"]: port["containerPort"] for port in container(template).get("ports", ())
        })
        for name, template in templates(cluster).items()
    }  # fmt: skip


def each_reaches_what_it_needs(cluster: Cluster) -> Iterator[str]:
    for name, pod in ours(cluster).items():
        if not (may(cluster, pod, DNS, 53, "UDP") and may(cluster, pod, DNS, 53)):
            yield f"{name} cannot look up names"
        if not may(cluster, pod, MONGO, 27017):
            yield f"{name} does not reach the database"
    for name, pod in _services(cluster).items():
        port = pod.ports["http"]
        yield from (
            f"{who} does not reach {name}" for who, one in
            (("Prometheus", PROMETHEUS), ("a browser", BROWSER), ("the command line", ours(cluster)["command-line"]))
            if not may(cluster, one, pod, port)
        )  # fmt: skip
    if not may(cluster, KEDA, PROMETHEUS, 9090):
        yield "KEDA does not reach Prometheus"
    smtp = int(environment(cluster, templates(cluster)["notify"])["TSUNAGU_SMTP"].rpartition(":")[2])
    if not may(cluster, ours(cluster)["notify"], WORLD, smtp):
        yield f"notify does not reach its mail server at {smtp}"


def nobody_reaches_more(cluster: Cluster) -> Iterator[str]:
    every = _services(cluster)
    for name, pod in every.items():
        port = pod.ports["http"]
        yield from (f"{other} reaches {name}" for other, one in every.items() if may(cluster, one, pod, port))
        yield from (f"{who} reaches {name}" for who, one in (("a stranger", STRANGER), ("the world", WORLD), ("KEDA", KEDA))
                    if may(cluster, one, pod, port))  # fmt: skip
        yield from (f"a browser reaches {name} at {other}" for other in (22, 9090) if may(cluster, BROWSER, pod, other))
        yield from (
            f"{name} reaches the world at {other}"
            for other in (80, 443, 9093, 27017)
            if may(cluster, pod, WORLD, other)
        )
        if name != "notify" and may(cluster, pod, WORLD, 587):
            yield f"{name} may send mail"
        if may(cluster, pod, PROMETHEUS, 9090):
            yield f"{name} reaches Prometheus"
    for who, one in (
        ("a stranger", STRANGER),
        ("a browser", BROWSER),
        ("Prometheus", PROMETHEUS),
        ("the world", WORLD),
    ):
        if may(cluster, one, MONGO, 27017):
            yield f"{who} reaches the database"
        if may(cluster, one, OTHER, 8080):
            yield f"{who} reaches a pod of which no policy speaks"


def brokers_admit_ours_alone(cluster: Cluster) -> Iterator[str]:
    """Strimzi makes the policies of what listeners say; without a word, everybody comes in."""
    listener = listeners(cluster)["tls"]
    port = int(environment(cluster, templates(cluster)["verify"])["TSUNAGU_KAFKA"].rpartition(":")[2])
    if listener["port"] != port:
        yield f"the brokers do not listen at {port}"
    for name, pod in ours(cluster).items():
        if not any(selects(peer["podSelector"], pod.labels) for peer in listener.get("networkPolicyPeers", ())):
            yield f"the brokers do not admit {name}"
        if not _out(cluster, pod, port):
            yield f"{name} does not reach the brokers"
    if any(
        selects(peer.get("podSelector", {}), PROMETHEUS.labels) for peer in listener.get("networkPolicyPeers", ({},))
    ):
        yield "the brokers admit everybody"


def _out(cluster: Cluster, pod: Pod, port: int) -> bool:
    """Out of ours; who comes in is Strimzi's."""
    rest = [one for one in cluster if one["kind"] != "NetworkPolicy" or "Egress" in one["spec"]["policyTypes"]]
    return may(rest, pod, KAFKA, port)


def operators_pods_are_not_taken_for_ours(cluster: Cluster) -> Iterator[str]:
    """Labels at a resource of Strimzi's go on to its pods; our policies would then hold brokers apart from each other."""
    for one in of(cluster, "Kafka", "KafkaNodePool", "MongoDBCommunity", "Prometheus"):
        if any(name.startswith("app.kubernetes.io/") for name in one["metadata"].get("labels", ())):
            yield f"{one['kind']} {name_of(one)} has a label of our pods"


def listeners(cluster: Cluster) -> dict[str, Resource]:
    return {one["name"]: one for one in named(cluster, "Kafka", "tsunagu")["spec"]["kafka"]["listeners"]}


def _services(cluster: Cluster) -> dict[str, Pod]:
    return {name: pod for name, pod in ours(cluster).items() if name in services(cluster)}
