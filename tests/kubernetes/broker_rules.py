"""The `Kafka` resource against what topics and users ask of it, and against the brokers of docker-compose.yml."""

from collections.abc import Iterator

from deploy.kubernetes.strimzi import SUPER_USER
from tests.deploy.network_rules import properties
from tests.kubernetes.built import Cluster, name_of, named, of
from tests.kubernetes.reach_rules import listeners

SAME = ("auto.create.topics.enable", "offsets.retention.minutes")


def every_copy_has_a_broker(cluster: Cluster) -> Iterator[str]:
    """And one broker may be away."""
    brokers = sum(one["spec"]["replicas"] for one in of(cluster, "KafkaNodePool") if "broker" in one["spec"]["roles"])
    for one in of(cluster, "KafkaTopic"):
        copies, needed = one["spec"]["replicas"], one["spec"]["config"]["min.insync.replicas"]
        if copies > brokers:
            yield f"topic {name_of(one)}: {copies} copies, on {brokers} brokers"
        if needed >= copies:
            yield f"topic {name_of(one)}: nobody may write while one broker is away"


def only_the_network_may_do_all(cluster: Cluster) -> Iterator[str]:
    """Where there is no authorization, everybody may."""
    said = named(cluster, "Kafka", "tsunagu")["spec"]["kafka"].get("authorization", {})
    if said != {"type": "simple", "superUsers": [SUPER_USER]}:
        yield f"at the brokers {said.get('superUsers', 'everybody')} may do everything"


def nobody_comes_without_a_password(cluster: Cluster) -> Iterator[str]:
    for name, one in listeners(cluster).items():
        if not one["tls"] or one.get("authentication", {}).get("type") != "scram-sha-512":
            yield f"listener {name} is open, or in the clear"


def brokers_are_set_as_in_compose(cluster: Cluster) -> Iterator[str]:
    """Where it is the services that need it so, and not the number of brokers."""
    config = named(cluster, "Kafka", "tsunagu")["spec"]["kafka"]["config"]
    for name in SAME:
        if str(config.get(name)).lower() != properties()[name]:
            yield f"{name} is {config.get(name)}, in deploy/compose/kafka {properties()[name]}"
