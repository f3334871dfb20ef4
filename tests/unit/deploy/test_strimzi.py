"""What Strimzi makes of our resources, against what `tsunagu topics` makes of the same file: held by the same comparison."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from deploy.kafka.declared import read
from deploy.kafka.difference import differences
from deploy.kafka.there import Found, There
from deploy.kubernetes import strimzi
from deploy.kubernetes.__main__ import FOLDER, PARTNERS, main, partners, texts
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka

ORGS = ("acme", "mito-city")
DECLARED = read()


def topics(resources: Iterable[Any]) -> dict[str, Found]:
    """As its topic operator makes them."""
    made = [one["spec"] for one in resources if one["kind"] == "KafkaTopic"]
    return {
        one["topicName"]: Found(one["partitions"], one["replicas"], {k: str(v) for k, v in one["config"].items()})
        for one in made
    }


def acls(user: str, rules: Iterable[Any]) -> Iterator[AclBinding]:
    """As its user operator makes them: one for each operation, for the principal that SCRAM gives."""
    patterns = {"literal": ResourcePatternType.LITERAL, "prefix": ResourcePatternType.PREFIXED}
    for rule in rules:
        on = rule["resource"]
        for operation in rule["operations"]:
            yield AclBinding(
                ResourceType[on["type"].upper()], on["name"], patterns[on["patternType"]], f"User:{user}", rule["host"],
                AclOperation[operation.upper()], AclPermissionType[rule["type"].upper()],
            )  # fmt: skip


def granted(resources: Iterable[Any]) -> frozenset[AclBinding]:
    users = [one for one in resources if one["kind"] == "KafkaUser"]
    return frozenset(
        acl for one in users
        for acl in acls(one["metadata"]["name"], one["spec"].get("authorization", {"acls": ()})["acls"])
    )  # fmt: skip


def there(orgs: Iterable[str] = ORGS) -> There:
    """Brokers after Strimzi's operators have done their work."""
    names = list(orgs)
    resources = [*strimzi.network(DECLARED), *strimzi.partners(names, DECLARED)]
    added = strimzi.services_grants(names, DECLARED)
    more = frozenset(acl for user, rules in added.items() for acl in acls(user, rules))
    return There(topics(resources), granted(resources) | more)


def told(there: There) -> list[str]:
    found = differences(there, DECLARED, Kafka("broker:9092"), DECLARED.partitions, strimzi.REPLICAS)
    return [f"{one.fate} {one.what}" for one in found]


def test_the_command_would_find_nothing_to_do() -> None:
    assert told(there()) == []


def test_it_would_see_what_is_missing() -> None:
    made = there()
    assert made.acls
    fewer = replace(made, acls=made.acls - {next(acl for acl in made.acls if acl.name == "partner.acme.referrals")})
    assert any("grant" in one and "acme" in one for one in told(fewer))
    assert told(replace(made, topics={k: v for k, v in made.topics.items() if k != "cases"}))


def test_a_partner_may_use_its_own_topics_and_services_theirs() -> None:
    alone, both = there(()), there(("acme",))
    assert alone.acls is not None and both.acls is not None
    assert {(acl.principal, acl.name, acl.operation.name) for acl in both.acls - alone.acls} == {
        ("User:partner-acme", "partner.acme.referrals", "WRITE"),
        ("User:partner-acme", "partner.acme.updates", "READ"),
        ("User:partner-acme", "partner-acme.", "READ"),
        ("User:tsunagu-intake", "partner.acme.referrals", "READ"),
        ("User:tsunagu-intake", "partner.acme.updates", "WRITE"),
    }


def test_the_networks_own_user_has_no_grants() -> None:
    """It is a super user in base/kafka/cluster.yaml."""
    (user,) = (one for one in strimzi.network(DECLARED) if one["metadata"]["name"] == strimzi.SUPER_USER)
    assert "authorization" not in user["spec"]


@pytest.mark.parametrize("name", ["Acme", "a", "-acme", "acme-", "a_b", "a.b", "x" * 33, "ac me"])
def test_a_name_that_kubernetes_would_refuse_is_refused_before(name: str, tmp_path: Path) -> None:
    listed = tmp_path / PARTNERS
    listed.write_text(f"mito-city\n{name}\n", "utf-8")
    with pytest.raises(TsunaguError, match=f"no names for partners: {name} "):
        partners(listed)


def test_what_is_committed_is_what_would_be_made() -> None:
    stale = [str(file) for file, text in texts().items() if not file.exists() or file.read_text("utf-8") != text]
    assert stale == [], "run `python -m deploy.kubernetes`"


def test_each_overlay_names_its_partners() -> None:
    assert len(list(FOLDER.rglob(PARTNERS))) == 3


def test_partners_are_lines(tmp_path: Any) -> None:
    listed = tmp_path / PARTNERS
    listed.write_text("# who takes part\n\nacme  # since May\nmito-city\n", "utf-8")
    assert partners(listed) == ["acme", "mito-city"]
    listed.write_text("acme\nacme\n", "utf-8")
    with pytest.raises(TsunaguError, match="names acme twice"):
        partners(listed)


def test_a_wrong_name_is_told_and_nothing_written(tmp_path: Any, capsys: Any) -> None:
    listed = tmp_path / "overlays/here" / PARTNERS
    listed.parent.mkdir(parents=True)
    listed.write_text("acme\nAcme\n", "utf-8")
    assert main(tmp_path) == 1
    assert f"{listed}: no names for partners: Acme" in capsys.readouterr().err
    assert list(tmp_path.rglob("*.yaml")) == []
