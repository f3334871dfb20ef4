"""Brokers against the file: what is made, changed, left, refused."""

from dataclasses import replace

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from deploy.kafka import acls, declared, topics
from deploy.kafka.difference import differences
from deploy.kafka.fates import Difference, Fate
from deploy.kafka.there import Found, There
from shared.kafka.connection import Kafka

SAYS = declared.read()
FIRST, SECOND = Kafka("k:9092"), Kafka("k:9092", generation=2)
WEEK, MONTH = str(7 * 24 * 3600 * 1000), str(30 * 24 * 3600 * 1000)


def brokers(kafka: Kafka = FIRST, partitions: int = 4, org: str = "acme") -> There:
    """As the file says."""
    made = [*topics.network(partitions), *topics.partner(org)]
    grants = [*SAYS.grants(), *SAYS.grants_for(org)]
    return There(
        {kafka.name(topic.name): Found(topic.partitions, 1, topic.config) for topic in made},
        frozenset(acls.binding(grant, kafka) for grant in grants),
    )


def found(there: There, kafka: Kafka = FIRST, partitions: int = 4, replicas: int = 1) -> list[Difference]:
    return differences(there, SAYS, kafka, partitions, replicas)


def with_topic(there: There, name: str, **changes: object) -> There:
    one = replace(there.topics[name], **changes)  # type: ignore[arg-type]
    return replace(there, topics={**there.topics, name: one})


def with_setting(there: There, name: str, key: str, value: str) -> There:
    return with_topic(there, name, config={**there.topics[name].config, key: value})


def allowed(user: str, name: str, kind: ResourcePatternType = ResourcePatternType.LITERAL) -> AclBinding:
    return AclBinding(ResourceType.TOPIC, name, kind, f"User:{user}", "*", AclOperation.WRITE, AclPermissionType.ALLOW)


def test_brokers_that_are_as_the_file_says_differ_in_nothing() -> None:
    assert found(brokers()) == []


def test_empty_brokers_lack_everything_but_partners() -> None:
    lacking = found(There({}, frozenset()))
    assert {one.fate for one in lacking} == {Fate.MAKE}
    assert [one.topic.name for one in lacking if one.topic] == [topic.name for topic in topics.network()]
    assert {one.grant for one in lacking if one.grant} == {acls.binding(one, FIRST) for one in SAYS.grants()}


def test_brokers_without_an_authorizer_have_topics_alone() -> None:
    assert found(replace(brokers(), acls=None)) == []


@pytest.mark.parametrize(
    ("topic", "key", "now", "fate"),
    [
        ("intake.commands", "retention.ms", WEEK, Fate.CHANGE),  # longer by the file
        ("intake.commands", "retention.ms", "-1", Fate.LEAVE),
        ("cases", "retention.ms", MONTH, Fate.CHANGE),  # for ever by the file
        ("partner.acme.referrals", "retention.ms", MONTH, Fate.LEAVE),
        ("cases", "cleanup.policy", "compact", Fate.LEAVE),
        ("roster", "cleanup.policy", "delete", Fate.LEAVE),
        ("roster", "delete.retention.ms", WEEK, Fate.CHANGE),
        ("partners", "segment.ms", WEEK, Fate.CHANGE),
    ],
)
def test_a_setting_is_changed_unless_records_would_be_lost_by_it(topic: str, key: str, now: str, fate: Fate) -> None:
    (one,) = found(with_setting(brokers(), topic, key, now))
    assert one.fate is fate and topic in one.what and now in one.what
    assert bool(one.settings) is (fate is Fate.CHANGE)


def test_the_same_number_written_otherwise_is_no_difference() -> None:
    assert found(with_setting(brokers(), "partners", "min.cleanable.dirty.ratio", "0.010")) == []


@pytest.mark.parametrize("wish", [2, 8])
def test_another_number_for_topics_read_together_is_refused_and_the_way_named(wish: int) -> None:
    (one,) = found(brokers(), partitions=wish)
    assert one.fate is Fate.REFUSE
    assert f"4 partitions, should be {wish}" in one.what and "docs/topics.md" in one.what and "ask for 4" in one.what


def test_one_topic_of_another_number_among_those_read_together_is_refused() -> None:
    (one,) = found(with_topic(brokers(), "matches", partitions=6))
    assert one.fate is Fate.REFUSE and one.what.startswith("topics matches: 6 partitions, should be 4")


def test_more_partitions_than_a_topic_of_its_own_should_have_are_left() -> None:
    (one,) = found(with_topic(brokers(), "partner.acme.referrals", partitions=3))
    assert one.fate is Fate.LEAVE and "3 partitions, should be 1; none is taken away" in one.what


def test_a_topic_that_is_not_in_the_file_is_left() -> None:
    there = brokers()
    (one,) = found(replace(there, topics={**there.topics, "else": Found(1, 1, {})}))
    assert (one.fate, one.what) == (Fate.LEAVE, "topic else is not in the file; no topic is deleted")


def test_with_three_replicas_two_must_have_a_record() -> None:
    three = found(brokers(), replicas=3)
    assert {one.settings for one in three if one.fate is Fate.CHANGE} == {(("min.insync.replicas", "2"),)}
    assert any("1 replicas, should be 3; Kafka's kafka-reassign-partitions" in one.what for one in three)


def test_a_missing_grant_is_made() -> None:
    there = brokers()
    gone = acls.binding(SAYS.grants()[0], FIRST)
    (one,) = found(replace(there, acls=(there.acls or frozenset()) - {gone}))
    assert (one.fate, one.grant) == (Fate.MAKE, gone)


@pytest.mark.parametrize(
    ("acl", "fate"),
    [
        (allowed("partner-acme", "cases"), Fate.REVOKE),
        (allowed("partner-gone", "partner.gone.referrals"), Fate.REVOKE),
        (allowed("tsunagu-stats", "elsewhere"), Fate.REVOKE),
        (allowed("somebody", "cases"), Fate.LEAVE),
        (allowed("somebody", "*"), Fate.LEAVE),
        (allowed("somebody", "case", ResourcePatternType.PREFIXED), Fate.LEAVE),
        (allowed("tsunagu", "cases"), Fate.LEAVE),  # who runs the network is no user of the file
    ],
)
def test_a_grant_too_many_is_removed_when_told_if_its_user_is_ours(acl: AclBinding, fate: Fate) -> None:
    there = brokers()
    (one,) = found(replace(there, acls=(there.acls or frozenset()) | {acl}))
    assert one.fate is fate and one.acl == (acl if fate is Fate.REVOKE else None)


def test_what_others_have_on_topics_of_their_own_is_theirs() -> None:
    there = brokers()
    assert found(replace(there, acls=(there.acls or frozenset()) | {allowed("somebody", "elsewhere")})) == []


def test_a_new_generation_has_a_number_of_its_own_beside_the_old_one() -> None:
    old = brokers()
    made = found(old, SECOND, partitions=8)
    assert {one.fate for one in made} == {Fate.MAKE}
    assert {one.topic.partitions for one in made if one.topic} == {8, 1}
    new = brokers(SECOND, partitions=8)
    both = There({**old.topics, **new.topics}, (old.acls or frozenset()) | (new.acls or frozenset()))
    assert found(both, SECOND, partitions=8) == found(both, FIRST) == []


def test_a_topic_of_a_later_generation_is_named_as_on_the_brokers() -> None:
    """What is left is for Kafka's own tools, which would else do it to the generation before."""
    name = SECOND.name("intake.commands")
    (left,) = found(with_setting(brokers(SECOND), name, "retention.ms", "5184000000"), SECOND)
    assert left.fate is Fate.LEAVE and left.what.startswith(f"topic {name}: retention.ms is 5184000000")


def test_a_partner_that_has_left_is_granted_nothing_again() -> None:
    """Its topics stay, and intake's grants on them: what is still told of its cases lies there."""
    ours = {acl for acl in brokers().acls or () if acl.principal != "User:partner-acme"}
    left = replace(brokers(), acls=frozenset(ours), users=frozenset({"admin", "partner-other"}))
    assert found(left) == []
    assert {one.fate for one in found(replace(left, users=frozenset()))} == {Fate.MAKE}, "nobody can tell"
    back = found(replace(left, users=frozenset({"partner-acme"})))
    assert [(one.fate, one.grant.principal if one.grant else "") for one in back] == [
        (Fate.MAKE, "User:partner-acme")
    ] * 3


def test_what_a_partner_without_a_user_was_granted_is_removed_when_told() -> None:
    left = replace(brokers(), users=frozenset({"admin"}))
    assert [one.fate for one in found(left)] == [Fate.REVOKE] * 3
