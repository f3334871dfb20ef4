"""Who may reach whom, by the NetworkPolicies: as Kubernetes' documentation says they add up."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.kubernetes.built import Cluster, Resource, of
from tests.kubernetes.pod_rules import selects

NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"


class Pod(NamedTuple):
    """`namespace`: empty for one of this prefecture. `ports`: the named ones; `world`: no pod, somewhere outside."""

    labels: Resource
    namespace: str = ""
    ports: Resource = {}  # never changed
    world: bool = False


def may(cluster: Cluster, one: Pod, other: Pod, port: int, protocol: str = "TCP") -> bool:
    """Both must allow it: what goes out of one, what comes into the other. Where no policy is for a pod, all may."""
    out = _allowed(cluster, "Egress", one, other, other, port, protocol)
    return out and _allowed(cluster, "Ingress", other, one, other, port, protocol)


def _allowed(cluster: Cluster, way: str, mine: Pod, peer: Pod, target: Pod, port: int, protocol: str) -> bool:
    policies = list(_policies(cluster, way, mine))
    return not policies or any(
        _peer(rule, way, peer) and _port(rule, target, port, protocol)
        for policy in policies for rule in policy.get(way.lower(), ())
    )  # fmt: skip


def _policies(cluster: Cluster, way: str, pod: Pod) -> Iterator[Resource]:
    if pod.namespace or pod.world:
        return
    for policy in of(cluster, "NetworkPolicy"):
        spec = policy["spec"]
        if way in spec["policyTypes"] and selects(spec["podSelector"], pod.labels):
            yield spec


def _peer(rule: Resource, way: str, peer: Pod) -> bool:
    said = rule.get("from" if way == "Ingress" else "to")
    return not said or any(_is(one, peer) for one in said)


def _is(said: Resource, peer: Pod) -> bool:
    if peer.world:
        return False
    if "namespaceSelector" in said:
        if not selects(said["namespaceSelector"], {NAME_OF_NAMESPACE: peer.namespace}):
            return False
    elif peer.namespace:
        return False
    return selects(said.get("podSelector", {}), peer.labels)


def _port(rule: Resource, target: Pod, port: int, protocol: str) -> bool:
    said = rule.get("ports")
    return not said or any(
        one["protocol"] == protocol and target.ports.get(one["port"], one["port"]) == port for one in said
    )
