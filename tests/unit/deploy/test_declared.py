"""The file of topics, users and grants: what it stands for, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from deploy.kafka import declared, topics
from deploy.kafka.declared import Grant
from shared.errors import TsunaguError

LITTLE = """
services = ["intake", "stats"]
partitions = 4
replicas = 1
[keeps]
long = { "cleanup.policy" = "delete", "retention.ms" = -1 }
[topics]
cases = { keeps = "long" }
"{service}.journal" = { keeps = "long", partitions = 2 }
"partner.{org}.updates" = { keeps = "long", partitions = 1 }
[users."tsunagu-{service}"]
reads = ["{service}.journal"]
groups = ["tsunagu.{service}."]
[users.tsunagu-intake]
writes = ["cases", "partner.{org}.updates"]
[users."partner-{org}"]
reads = ["partner.{org}.updates"]
"""


def read(folder: Path, text: str) -> declared.Declared:
    file = folder / "network.toml"
    file.write_text(text, encoding="utf-8")
    return declared.read(file)


def test_names_stand_for_each_service_and_each_partner(tmp_path: Path) -> None:
    says = read(tmp_path, LITTLE)
    assert {topic.name: topic.partitions for topic in topics.network(8, says)} == {
        "cases": 8, "intake.journal": 2, "stats.journal": 2,
    }  # fmt: skip
    assert [topic.name for topic in topics.partner("acme", says)] == ["partner.acme.updates"]
    assert topics.partners(["partner.acme.updates", "partner.b.updates", "partner.c.else", "cases"], says) == [
        "acme",
        "b",
    ]


def test_grants_of_a_partner_are_its_own_and_the_services_on_its_topics(tmp_path: Path) -> None:
    says = read(tmp_path, LITTLE)
    assert says.grants_for("acme") == [
        Grant("tsunagu-intake", "write", "topic", "partner.acme.updates"),
        Grant("partner-acme", "read", "topic", "partner.acme.updates"),
    ]
    assert set(says.grants()) == {
        Grant("tsunagu-intake", "read", "topic", "intake.journal"),
        Grant("tsunagu-stats", "read", "topic", "stats.journal"),
        Grant("tsunagu-intake", "read", "group", "tsunagu.intake."),
        Grant("tsunagu-stats", "read", "group", "tsunagu.stats."),
        Grant("tsunagu-intake", "write", "topic", "cases"),
    }


@pytest.mark.parametrize(
    ("was", "wrong", "told"),
    [
        ("partitions = 4", "partitions = ", "is no TOML"),
        ("partitions = 4", "partitions = 0", "partitions: Input should be greater than or equal to 1"),
        ('keeps = "long"', 'keeps = "lnog"', "topic cases: keeps nothing named 'lnog'"),
        ('writes = ["cases"', 'writes = ["caes"', "tsunagu-intake may write topic caes: there is no such topic"),
        ("[users.tsunagu-intake]", "[users.tsunagu-intake]\nmay = []", "users.tsunagu-intake.may: Extra inputs"),
        ("cases =", '"ca ses" =', "topics.ca ses"),
        ("replicas = 1", "", "replicas: Field required"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, was: str, wrong: str, told: str) -> None:
    with pytest.raises(TsunaguError) as error:
        read(tmp_path, LITTLE.replace(was, wrong, 1))
    assert told in str(error.value) and "network.toml" in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TsunaguError, match=r"nowhere\.toml cannot be read"):
        declared.read(tmp_path / "nowhere.toml")
