"""The documents that intake serves: valid by the standards' own rules, true to the code, and examples that fit."""

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.kafka import topics
from services.intake.contracts import openapi
from services.intake.contracts.codes import PROBLEMS, REJECTIONS
from services.intake.contracts.described import BODIES
from shared import seal
from shared.access import ROUTES
from shared.contracts import examples
from shared.contracts.channels import CHANNELS, Channel
from shared.contracts.schemas import schemas
from shared.events import updates
from shared.events.golden import contracts
from tests.browser.contract_samples import EVENTS, HTTP, KEYS

ROOT = Path(__file__).parents[2]
OFFICIAL = Draft7Validator(
    json.loads((Path(__file__).parent / "vendor/asyncapi/3.0.0.json").read_text(encoding="utf-8"))
)
MESSAGES = EVENTS["components"]["messages"]
SERVICES = ("intake", "matching", "notify", "stats")


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What of a value does not fit a schema of the document."""
    whole = {**schema, "components": document["components"]}
    checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in checker.iter_errors(value)]


def test_the_documents_are_valid() -> None:
    assert [error.message for error in OFFICIAL.iter_errors(EVENTS)] == []
    assert [str(error) for error in OpenAPIV31SpecValidator(HTTP).iter_errors()] == []


def test_the_validators_see_what_is_not() -> None:
    assert list(OFFICIAL.iter_errors({**EVENTS, "channels": {"a": {"address": 1}}}))
    assert list(OpenAPIV31SpecValidator({**HTTP, "info": {"title": "no version"}}).iter_errors())


def test_every_event_is_told_and_every_reference_leads_somewhere() -> None:
    told = {(message["name"], key.split(".")[0]) for key, message in MESSAGES.items()}
    assert {name for name, _ in told} >= {model.type for _, model in contracts()}
    assert len(told) >= len(list(contracts())), "one type on two topics is two messages"
    for document in (EVENTS, HTTP):
        for reference in references(document):
            assert found(document, reference), reference


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from references(inner)


def found(document: Any, reference: str) -> Any:
    for name in reference.removeprefix("#/").split("/"):
        document = document.get(name.replace("~1", "/"), {})
    return document


@pytest.mark.parametrize("key", [key for key, message in MESSAGES.items() if message.get("examples")])
def test_every_example_of_a_record_fits(key: str) -> None:
    message = MESSAGES[key]
    for example in message["examples"]:
        assert fits(example["payload"], message["payload"], EVENTS) == []
        assert fits(example["headers"], message["headers"], EVENTS) == []


def test_partners_have_an_example_of_everything_they_write_and_read() -> None:
    public = [key for channel in CHANNELS if channel.public for key in EVENTS["channels"][channel.name]["messages"]]
    assert [key for key in public if not MESSAGES[key].get("examples")] == []


def test_the_example_of_a_body_fits_it() -> None:
    bodies = [
        call["requestBody"]["content"]["application/json"]
        for *_, call in openapi.operations(HTTP)
        if "requestBody" in call
    ]
    assert len(bodies) == len(BODIES)
    for body in bodies:
        assert fits(body["example"], body["schema"], HTTP) == []
        assert fits({**body["example"], "category": 5}, body["schema"], HTTP), "a checker that sees nothing"


def test_the_resident_in_an_example_can_be_opened_by_this_network_alone() -> None:
    example = examples.published(examples.ReferralPublished, lambda resident: seal.seal_json(resident, KEYS))
    assert (
        seal.open_json(example.data["resident"], KEYS) == examples.in_the_clear(examples.ReferralPublished)["resident"]
    )
    with pytest.raises(seal.CannotOpen):
        seal.open_json(example.data["resident"], seal.KeySet([seal.new_key()]))


def test_every_update_has_an_example_of_its_own() -> None:
    said = json.loads((examples.FOLDER / "updates.json").read_text(encoding="utf-8"))
    assert said.keys() == {model.type for model in updates.EVENTS}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("published.json", "referral.json"), ("amended.json", "amended.json"), ("withdrawn.json", "withdrawn.json")],
)
def test_the_examples_in_the_tree_are_those_in_the_documents(ours: str, theirs: str) -> None:
    assert (ROOT / "examples" / theirs).read_text(encoding="utf-8") == (examples.FOLDER / ours).read_text(
        encoding="utf-8"
    )


def test_two_different_parts_of_one_name_are_refused() -> None:
    from pydantic import create_model

    parts = [create_model("Part", a=(kind, ...)) for kind in (int, str)]
    with pytest.raises(ValueError, match="Part"):
        schemas([(f"m{n}", create_model(f"M{n}", p=(part, ...))) for n, part in enumerate(parts)])


# What the tables say, held to the code.


def test_every_topic_of_events_is_there_with_its_retention() -> None:
    made = {topic.name: topic for topic in [*topics.network(4), *topics.partner("{org}")]}
    inner = (".commands", ".journal", ".dead-letters", ".audit", ".handled-letters", ".status")
    none_of_events = {"partners", "verified"}  # a shelf of hashed keys; what was found
    beside = {name for name in made if not name.endswith(inner)} - none_of_events
    assert {channel.address for channel in CHANNELS} == beside
    for channel in CHANNELS:
        topic = made[channel.address]
        assert topic.config.get("cleanup.policy", "delete") == channel.keeps["cleanup.policy"][0], channel.address
        if "retention.ms" in channel.keeps:
            assert int(topic.config["retention.ms"]) == channel.keeps["retention.ms"], channel.address
        assert channel.partitions in (None, topic.partitions), channel.address


def app_of(service: str) -> ast.Module:
    return ast.parse((ROOT / "services" / service / "app.py").read_text(encoding="utf-8"))


def viewed(service: str) -> set[str]:
    """Topics that a service keeps a view of: `View(…, roster.TOPIC, …)` in its app."""
    calls = [node for node in ast.walk(app_of(service)) if isinstance(node, ast.Call)]
    views = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "View"]
    names = [ast.unparse(view.args[1]).split(".") for view in views]
    return {getattr(import_module(f"shared.events.{module}"), constant) for module, constant in names}


def reads(service: str) -> set[str]:
    return set(import_module(f"services.{service}.app").SUBSCRIPTIONS.events) | viewed(service)


@pytest.mark.parametrize("service", SERVICES)
def test_who_reads_what_is_as_the_services_are_wired(service: str) -> None:
    inlet = {"partner.{org}.referrals"} if service == "intake" else set()
    assert reads(service) | inlet == {channel.address for channel in CHANNELS if service in channel.readers}


def writers(channel: Channel) -> set[str]:
    """Services whose deciders make such events."""
    return {
        service
        for service in SERVICES
        for decider in import_module(f"services.{service}.domain").DECIDERS.values()
        for model in channel.models
        if model in decider.events.values()
    }


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_each_topic_has_the_one_writer(channel: Channel) -> None:
    assert writers(channel) in ({channel.writer}, set())  # keys and referrals: no decider makes them


def codes_in(*paths: str, calls: dict[str, int]) -> set[str]:
    """Codes written out in calls: function → which argument."""
    sources = [file for path in paths for file in (ROOT / path).rglob("*.py")] + [
        ROOT / p for p in paths if p.endswith(".py")
    ]
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls:
                given = node.args[calls[node.func.id] :][:1]
                found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_code_that_a_partner_can_be_told_is_explained() -> None:
    told = codes_in(
        "services/intake", "shared/cloudevents.py", calls={"Flaw": 1, "BadRecord": 0, "Refused": 0, "_refuse": 3}
    )
    assert told >= {"malformed", "envelope", "when_past", "reference_used"}, "the search sees nothing any more"
    assert told - REJECTIONS.keys() == {"unknown_field"} & told  # of a resident in the clear: HTTP's own
    problems = codes_in("services/intake/web.py", "shared/web/limits.py", "shared/web/answers.py", calls={"Problem": 1})
    assert problems >= {"not_json", "too_often"}
    assert problems - PROBLEMS.keys() == set()


def test_every_route_of_the_interface_is_in_the_table_of_roles_and_none_is_described_by_fastapi() -> None:
    described = {f"{method.upper()} {path}" for method, path, _ in openapi.operations(HTTP)}
    assert described <= ROUTES["intake"].keys()
    assert {f"{m} /referrals" for m in ("POST",)} <= described


@pytest.mark.parametrize("service", SERVICES)
def test_no_page_of_fastapis_own_is_served(service: str) -> None:
    from shared.web import site

    app: FastAPI = site.application(service)
    assert {getattr(route, "path", "") for route in app.routes} & {"/docs", "/redoc", "/openapi.json"} == set()
