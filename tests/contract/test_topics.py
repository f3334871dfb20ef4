"""deploy/kafka/network.toml, held to what the services are wired to read and write: neither less nor more."""

import re
from importlib import import_module

import pytest

from deploy.kafka import access, declared
from deploy.kafka.declared import ORG
from deploy.local.addresses import SERVICES
from services.intake.inlets.partner_topics import PATTERN
from shared.contracts.channels import CHANNELS
from shared.kafka.connection import Kafka
from shared.kernel import commands, dead_letters, journal
from shared.shelf import SHELVES
from shared.status import records as status
from tsunagu.verify import wiring

SAYS = declared.read()
GRANTS = [*SAYS.grants(), *SAYS.grants_for(ORG)]


def granted(user: str, may: str, kind: str = "topic") -> set[str]:
    return {grant.name for grant in GRANTS if (grant.user, grant.may, grant.kind) == (user, may, kind)}


def own(service: str) -> set[str]:
    """What is its memory: it writes these, and reads them back."""
    return {
        commands.topic(service), journal.topic(service), dead_letters.topic(service), *SHELVES[service].values()
    }  # fmt: skip


def test_the_services_are_those_that_there_are() -> None:
    assert SAYS.services == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_it_subscribes_to_and_what_its_views_are_of(service: str) -> None:
    told = {channel.address for channel in CHANNELS if service in channel.readers}
    assert told >= set(import_module(f"services.{service}.app").SUBSCRIPTIONS.events)
    heard = {view.topic for view in import_module("services.stats.inlets").heard(Kafka("")).views()}
    assert granted(access.service_user(service), "read") == told | own(service) | (
        heard if service == "stats" else set()
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_what_it_emits(service: str) -> None:
    emitted = {channel.address for channel in CHANNELS if channel.writer == service}
    assert granted(access.service_user(service), "write") == emitted | own(service) | {status.topic(service)}


@pytest.mark.parametrize(("service", "reader"), wiring.READERS)
def test_a_service_may_be_in_its_groups_and_in_nobody_elses(service: str, reader: str) -> None:
    name = wiring.group(service, reader, "cluster")
    may = {one for one in SERVICES if any(map(name.startswith, granted(access.service_user(one), "read", "group")))}
    assert may == {service}


def test_a_partner_writes_its_referrals_and_reads_its_updates() -> None:
    user = access.user(ORG)
    assert granted(user, "write") == {channel.address for channel in CHANNELS if channel.writer == "partner"}
    assert granted(user, "read") == {channel.address for channel in CHANNELS if "partner" in channel.readers}
    assert granted(user, "read", "group") == {f"{user}."}


def test_nobody_else_may_do_anything() -> None:
    assert {grant.user for grant in GRANTS} == {access.user(ORG), *map(access.service_user, SERVICES)}


def test_intake_finds_the_topics_that_partners_write() -> None:
    assert [topic for topic in SAYS.topics if re.fullmatch(PATTERN, topic.replace(ORG, "acme-2"))] == [
        "partner.{org}.referrals"
    ]
