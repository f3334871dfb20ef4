"""Every prefecture of every overlay against the code, the image and itself. Each rule names what is wrong; each is shown to
see a wrong.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.kubernetes import (
    address_rules,
    broker_rules,
    pod_rules,
    reach_rules,
    scaling_rules,
    secret_rules,
    settings_rules,
)
from tests.kubernetes.built import (
    OVERLAYS,
    Cluster,
    Resource,
    build,
    container,
    name_of,
    named,
    namespace_of,
    of,
    prefectures,
)  # fmt: skip

pytestmark = [pytest.mark.kubernetes, pytest.mark.timeout(900)]

Rule = Callable[[Cluster], Iterator[str]]
Spoil = Callable[[Cluster], Any]


def of_kind(kind: str, name: str, change: Callable[[Resource], Any]) -> Spoil:
    return lambda cluster: change(named(cluster, kind, name))


def pod(name: str, change: Callable[[Resource], Any]) -> Spoil:
    """Of a Deployment's pods."""
    return of_kind("Deployment", name, lambda one: change(one["spec"]["template"]["spec"]))


def box(name: str, **other: Any) -> Spoil:
    """Of the container in them."""
    return of_kind("Deployment", name, lambda one: container(one["spec"]["template"]).update(other))


def setting(name: str, value: str) -> Spoil:
    """In the ConfigMap that all share."""
    return of_kind("ConfigMap", "tsunagu-settings", lambda one: one["data"].update({name: value}))


def spec(kind: str, name: str, **other: Any) -> Spoil:
    return of_kind(kind, name, lambda one: one["spec"].update(other))


def without(kind: str, name: str) -> Spoil:
    return lambda cluster: cluster.remove(named(cluster, kind, name))


def listener(**other: Any) -> Spoil:
    return of_kind("Kafka", "tsunagu", lambda one: one["spec"]["kafka"]["listeners"][0].update(other))


def trigger(**other: Any) -> Spoil:
    return of_kind("ScaledObject", "stats", lambda one: one["spec"]["triggers"][0]["metadata"].update(other))


def env(name: str, variable: str, value: str) -> Spoil:
    return of_kind("Deployment", name, lambda one: container(one["spec"]["template"])["env"].append(
        {"name": variable, "value": value}))  # fmt: skip


P, S, N, A, X = pod_rules, settings_rules, reach_rules, scaling_rules, secret_rules
W, B = address_rules, broker_rules
# Rule, what spoils a prefecture, what is then said of it.
RULES: list[tuple[Any, Spoil, str]] = [
    (P.pods_may_do_little, pod("stats", lambda one: one["securityContext"].update(runAsUser=0)), "stats does not run as"),
    (P.pods_may_do_little, pod("stats", lambda one: one["securityContext"].pop("seccompProfile")), "may call the kernel"),
    (P.pods_may_do_little, pod("stats", lambda one: one.update(enableServiceLinks=True)), "is told of Services"),
    (P.pods_may_do_little, pod("stats", lambda one: one.pop("automountServiceAccountToken")), "may talk to the cluster"),
    (P.pods_may_do_little, box("stats", securityContext={}), "stats keeps capabilities"),
    (P.pods_have_limits, box("stats", resources={"requests": {"cpu": "1", "memory": "1Gi"}}), "no limit of memory"),
    (P.pods_have_limits, box("stats", resources={"limits": {"memory": "1Gi"}}), "asks for no cpu"),
    (P.pods_have_limits, box("stats", resources={"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}), "asks for more"),
    (P.pods_have_limits, pod("stats", lambda one: one["volumes"].append({"name": "x", "emptyDir": {}})), "grows without end"),
    (P.probes_ask_what_is_there, box("stats", livenessProbe={"httpGet": {"path": "/healthz", "port": "http"}}), "livenessP"),
    (P.probes_ask_what_is_there, box("stats", startupProbe={"httpGet": {"path": "/health/ready", "port": "http"}}), "startupP"),
    (P.probes_ask_what_is_there, box("stats", ports=[{"name": "http", "containerPort": 8105}]), "does not listen at its port"),
    (P.stopping_takes_its_time, pod("stats", lambda one: one.update(terminationGracePeriodSeconds=30)), "is killed before"),
    (P.stopping_takes_its_time, box("stats", lifecycle={}), "still sent requests"),
    (P.commands_exist, box("stats", command=["python", "-m", "services.figures"]), "which is no program"),
    (P.commands_exist, of_kind("CronJob", "topics", lambda one: container(
        one["spec"]["jobTemplate"]["spec"]["template"]).update(command=["tsunagu", "topics", "make"])), "no command make"),
    (P.volumes_are_mounted, pod("stats", lambda one: one["volumes"].pop(0)), "which is no volume of it"),
    (P.volumes_are_mounted, pod("stats", lambda one: one["volumes"].append({"name": "more"})), "does not mount it"),
    (P.images_are_pinned, box("stats", image="tsunagu:latest"), "name a version"),
    (P.pods_survive_disruptions, spec("PodDisruptionBudget", "stats", maxUnavailable="50%"), "may lose more than one"),
    (P.pods_survive_disruptions, pod("stats", lambda one: one.pop("topologySpreadConstraints")), "is not spread"),
    (P.services_lead_to_their_pods, spec("Service", "stats", selector={"app.kubernetes.io/name": "notify"}), "leads to"),
    (S.every_variable_is_read, env("stats", "TSUNAGU_LINK_SECRET", "x"), "stats is told TSUNAGU_LINK_SECRET"),
    (S.every_variable_is_read, setting("TSUNAGU_NOBODY", "1"), "all are told TSUNAGU_NOBODY"),
    (S.every_needed_setting_is_given, setting("TSUNAGU_SMTP", "mail"), "notify: TSUNAGU_SMTP"),
    (S.every_needed_setting_is_given, setting("TSUNAGU_KAFKA_CA", "/tls/ca.crt"), "stats: TSUNAGU_KAFKA_CA"),
    (S.every_needed_setting_is_given, env("intake", "TSUNAGU_NETWORK_KEY", "/keys/network.json"), "TSUNAGU_NETWORK_KEY"),
    (S.every_needed_setting_is_given, pod("stats", lambda one: one["volumes"][2]["projected"]["sources"].pop()), "LETTER_KEY"),
    (S.every_needed_setting_is_given, pod("notify", lambda one: one["volumes"][3]["projected"]["sources"].pop()), "WRAPPING"),
    (W.brokers_are_there, listener(port=9095), "looks for brokers at"),
    (W.brokers_are_there, listener(tls=False), "do not agree on encryption"),
    (W.commands_find_services, spec("Service", "stats", ports=[{"port": 80}]), "verify is not told that stats is at"),
    (W.links_lead_to_pages, setting("TSUNAGU_URL_STATS", "https://figures.example.org"), "does not lead to stats"),
    (W.links_lead_to_pages, of_kind("Ingress", "tsunagu", lambda one: one["spec"]["rules"][0]["http"]["paths"].pop(1)),
     "does not lead to intake"),
    (W.links_lead_to_pages, of_kind("Ingress", "tsunagu", lambda one: one["spec"]["tls"][0]["hosts"].pop()), "to stats"),
    (W.browsers_come_over_https, setting("FORWARDED_ALLOW_IPS", "127.0.0.1"), "stats sees 10.244.1.7 come over http"),
    (W.browsers_come_over_https, setting("FORWARDED_ALLOW_IPS", "*"), "stats sees 192.0.2.1 come"),
    (W.files_fit_through, of_kind("Ingress", "tsunagu", lambda one: one["metadata"].pop("annotations")), "a file of 1m"),
    (S.each_signs_in_as_itself, env("stats", "TSUNAGU_KAFKA_USER", "tsunagu-intake"), "does not sign in to the brokers"),
    (S.each_signs_in_as_itself, without("KafkaUser", "tsunagu-stats"), "does not sign in to the brokers"),
    (S.each_signs_in_as_itself, of_kind("MongoDBCommunity", "mongo", lambda one: one["spec"]["users"][0]["roles"][0].update(
        db="tsunagu_stats")), "intake may do in the database"),
    (N.each_reaches_what_it_needs, without("NetworkPolicy", "ours-to-kafka-and-mongo"), "topics cannot look up names"),
    (N.each_reaches_what_it_needs, without("NetworkPolicy", "prometheus-to-metrics"), "Prometheus does not reach stats"),
    (N.each_reaches_what_it_needs, without("NetworkPolicy", "command-to-pages"), "the command line does not reach stats"),
    (N.each_reaches_what_it_needs, setting("TSUNAGU_SMTP", "mail.example.org:2525"), "does not reach its mail server at 2525"),
    (N.each_reaches_what_it_needs, without("NetworkPolicy", "to-mongo"), "does not reach the database"),
    (N.nobody_reaches_more, without("NetworkPolicy", "nobody-in"), "reaches a pod of which no policy speaks"),
    (N.nobody_reaches_more, without("NetworkPolicy", "ours-to-kafka-and-mongo"), "stats reaches the world"),
    (N.nobody_reaches_more, spec("NetworkPolicy", "notify-to-mail", podSelector={}), "stats may send mail"),
    (N.nobody_reaches_more, spec("NetworkPolicy", "to-pages", ingress=[{}]), "the world reaches stats"),
    (N.operators_pods_are_not_taken_for_ours, of_kind("Kafka", "tsunagu", lambda one: one["metadata"].update(
        labels={"app.kubernetes.io/part-of": "tsunagu"})), "Kafka tsunagu has a label"),
    (N.brokers_admit_ours_alone, listener(networkPolicyPeers=[]), "do not admit stats"),
    (N.brokers_admit_ours_alone, listener(networkPolicyPeers=[{"podSelector": {}}]), "admit everybody"),
    (A.never_more_than_partitions, spec("ScaledObject", "stats", maxReplicaCount=5), "there are 4 partitions"),
    (A.never_more_than_partitions, spec("Deployment", "stats", replicas=6), "replicas is 6"),
    (A.never_more_than_partitions, of_kind("Deployment", "stats", lambda one: one["spec"]["strategy"]["rollingUpdate"].update(
        maxSurge=1)), "with 1 more in an update"),
    (A.never_more_than_partitions, spec("KafkaTopic", "stats.commands", partitions=2), "there are 2 partitions"),
    (A.never_more_than_partitions, spec("ScaledObject", "stats", minReplicaCount=1), "may be down to 1"),
    (A.each_scales_by_its_own_lag, trigger(query='sum(tsunagu_lag{service="stats",reader="kernel"})'), "nobody exports"),
    (A.each_scales_by_its_own_lag, trigger(query='sum(tsunagu_consumer_lag_records{service="notify",reader="kernel"})'),
     "another's lag"),
    (A.each_scales_by_its_own_lag, trigger(serverAddress="http://prometheus:9090"), "asks the Prometheus at"),
    (A.prometheus_sees_each_service, spec("PodMonitor", "tsunagu", jobLabel="app"), "is of another job"),
    (A.prometheus_sees_each_service, of_kind("PodMonitor", "tsunagu", lambda one: one["spec"]["podMetricsEndpoints"][0].update(
        relabelings=[])), "does not say of which service"),
    (A.prometheus_has_the_rules, of_kind("PrometheusRule", "tsunagu", lambda one: one["spec"]["groups"].pop()), "is not as in"),
    (B.every_copy_has_a_broker, spec("KafkaNodePool", "node", replicas=2), "topic cases: 3 copies, on 2 brokers"),
    (B.every_copy_has_a_broker, of_kind("KafkaTopic", "cases", lambda one: one["spec"]["config"].update(
        {"min.insync.replicas": 3})), "topic cases: nobody may write"),
    (B.only_the_network_may_do_all, of_kind("Kafka", "tsunagu", lambda one: one["spec"]["kafka"].pop("authorization")),
     "everybody may do everything"),
    (B.nobody_comes_without_a_password, listener(authentication={"type": "tls"}), "listener tls is open"),
    (B.brokers_are_set_as_in_compose, of_kind("Kafka", "tsunagu", lambda one: one["spec"]["kafka"]["config"].pop(
        "offsets.retention.minutes")), "offsets.retention.minutes is None"),
    (X.no_secret_is_in_the_tree, setting("TSUNAGU_LINK_SECRET", "x" * 32), "TSUNAGU_LINK_SECRET is in the tree"),
    (X.no_secret_is_in_the_tree, lambda cluster: cluster.append({"kind": "Secret", "metadata": {"name": "x"}}), "Secret x"),
    (X.every_secret_is_listed, pod("stats", lambda one: one["volumes"][2]["projected"]["sources"][2]["secret"].update(
        name="other")), "other, letter-stats is asked for"),
]  # fmt: skip
EVERY: list[Any] = list(dict.fromkeys(rule for rule, _, _ in RULES))


@pytest.fixture(params=["tsunagu", "tsunagu-ibaraki", "tsunagu-tochigi"])
def prefecture(request: pytest.FixtureRequest, clusters: Mapping[str, Cluster]) -> Cluster:
    return {name: one for cluster in clusters.values() for name, one in prefectures(cluster).items()}[request.param]


def bound(rule: Any, folder: Path) -> Rule:
    """Some need a folder."""
    return partial(rule, made=folder) if rule.__module__ == S.__name__ else rule


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.__name__)
def test_nothing_is_wrong(rule: Any, prefecture: Cluster, tmp_path: Path) -> None:
    assert list(bound(rule, tmp_path)(prefecture)) == []


@pytest.mark.parametrize(("rule", "spoil", "told"), RULES, ids=[f"{rule.__name__}-{told}" for rule, _, told in RULES])
def test_what_is_wrong_is_named(
    rule: Any, spoil: Spoil, told: str, clusters: Mapping[str, Cluster], tmp_path: Path
) -> None:
    spoilt = deepcopy(clusters["one-prefecture"])
    spoil(spoilt)
    found = list(bound(rule, tmp_path)(spoilt))
    assert any(told in flaw for flaw in found), found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_all_of_it_is_in_a_prefecture(overlay: str, clusters: Mapping[str, Cluster]) -> None:
    cluster = clusters[overlay]
    assert {namespace_of(one) for one in cluster} == prefectures(cluster).keys()


def test_prefectures_have_the_same_but_for_their_partners(clusters: Mapping[str, Cluster]) -> None:
    def kinds(cluster: Cluster) -> list[tuple[str, str]]:
        return sorted((one["kind"], name_of(one).rpartition("-")[0] if one["kind"] == "ConfigMap" else name_of(one))
                      for one in cluster if not name_of(one).startswith("partner") and one["kind"] != "Namespace")  # fmt: skip

    one, *others = (kinds(each) for cluster in clusters.values() for each in prefectures(cluster).values())
    assert all(other == one for other in others)


def test_a_partner_comes_with_its_topics_user_and_grants(clusters: Mapping[str, Cluster]) -> None:
    """As kustomize has put them together."""
    cluster = clusters["one-prefecture"]
    assert {"partner.mito-city.referrals", "partner.mito-city.updates"} <= {
        name_of(one) for one in of(cluster, "KafkaTopic")
    }
    acls = named(cluster, "KafkaUser", "tsunagu-intake")["spec"]["authorization"]["acls"]
    assert {(acl["resource"]["name"], *acl["operations"]) for acl in acls} >= {
        ("partner.mito-city.referrals", "Read"), ("partner.mito-city.updates", "Write"), ("cases", "Write"),
    }  # fmt: skip
    assert named(cluster, "KafkaUser", "partner-mito-city")["spec"]["authorization"]["acls"]


def test_an_overlay_that_names_no_base_is_told(tools: None, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [nowhere]\n", "utf-8")
    with pytest.raises(AssertionError, match="nowhere"):
        build(tmp_path)
