"""docker-compose.yml against the code, the image and itself. Each rule names what is wrong; each is shown to see a wrong."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import image_rules, network_rules, settings_rules
from tests.deploy.model import COMMAND_LINE, FILE, OURS, ROOT, Missing, Model, asked, model, offered, secrets
from tests.deploy.model import environment as variables

Rule = Callable[[Model], Iterator[str]]
Spoil = Callable[[Model], Any]
AT_REST = model(secrets())
OPERATIONS = ROOT / "docs/operations.md"
WRITTEN = re.compile(r'^echo "?(TSUNAGU_\w+)=.*>> services\.env$', re.MULTILINE)


def environment(container: str, **other: str) -> Spoil:
    return lambda read: read["services"][container]["environment"].update(other)


def without(container: str, name: str) -> Spoil:
    return lambda read: read["services"][container]["environment"].pop(name)


def said(container: str, **other: Any) -> Spoil:
    return lambda read: read["services"][container].update(other)


# Rule, what spoils the file, what is then said of it.
RULES: list[tuple[Rule, Spoil, str]] = [
    (settings_rules.every_variable_is_read, environment("stats", TSUNAGU_SMTP="mail:1025"), "stats is told TSUNAGU_SMTP"),
    (settings_rules.every_variable_is_read, environment("tsunagu", TSUNAGU_NOBODY="1"), "tsunagu is told TSUNAGU_NOBODY"),
    (settings_rules.every_needed_setting_is_given, without("intake", "TSUNAGU_NETWORK_KEY"), "TSUNAGU_NETWORK_KEY: Field"),
    (settings_rules.every_needed_setting_is_given, environment("notify", TSUNAGU_SMTP="mail"), "notify: TSUNAGU_SMTP"),
    (settings_rules.every_needed_setting_is_given, environment("stats", TSUNAGU_LETTER_KEY="short"), "TSUNAGU_LETTER_KEY"),
    (network_rules.every_address_is_answered, environment("stats", TSUNAGU_KAFKA="kafka:9091"), "does not listen at 9091"),
    (network_rules.every_address_is_answered, environment("stats", TSUNAGU_HTTP_PORT="8105"), "does not listen at 8104"),
    (network_rules.every_address_is_answered, environment("stats", TSUNAGU_KAFKA="broker:9092"), "no container broker"),
    (network_rules.every_address_is_answered, said("topics", networks=["pages"]), "topics and kafka have no network"),
    (network_rules.every_address_is_answered, said("prometheus", networks=["inside"]), "no network in common"),
    (network_rules.published_ports_are_pages_of_this_machine, said("mongo", ports=["27017:27017"]), "mongo is open"),
    (network_rules.published_ports_are_pages_of_this_machine, said("mail", ports=["127.0.0.1:25:26"]), "does not listen"),
    (network_rules.data_has_no_way_out, said("kafka", networks=["inside", "pages"]), "kafka is on pages"),
    (network_rules.kafka_has_a_user_for_each, environment("stats", TSUNAGU_KAFKA_USER="stats"), "signs in as stats"),
    (network_rules.kafka_has_a_user_for_each, environment("stats", TSUNAGU_KAFKA_PASSWORD="x"), "another password"),
    (image_rules.images_are_pinned, said("mongo", image="mongo:8"), "name a version"),
    (image_rules.images_are_pinned, said("stats", image="tsunagu:new"), "not the image"),
    (image_rules.commands_exist, said("stats", command=["python", "-m", "services.figures"]), "no program"),
    (image_rules.commands_exist, said("topics", command=["tsunagu", "topics", "make"]), "no command make"),
    (image_rules.commands_exist, said("topics", command=["tsunagu", "topics", "apply", "--force"]), "--force"),
    (image_rules.volumes_are_there, said("mail", volumes=["letters:/data"]), "letters is not declared"),
    (image_rules.volumes_are_there, said("mail", volumes=[]), "mail is used by nobody"),
    (image_rules.volumes_are_there, said("stats", volumes=["keys-public:/keys/shared:ro"]), "does not have"),
    (image_rules.volumes_are_there, said("stats", volumes=["./deploy/none:/x:ro"]), "not in the repository"),
    (image_rules.containers_may_do_little, said("grafana", cap_drop=[]), "keeps capabilities"),
    (image_rules.containers_may_do_little, said("stats", read_only=False), "may write"),
    (image_rules.order_of_start_can_be_kept, lambda read: read["services"]["mail"].pop("healthcheck"), "has no check"),
    (image_rules.order_of_start_can_be_kept, said("stats", restart="no"), "is not started again"),
]  # fmt: skip


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in RULES), ids=lambda rule: rule.__name__)
def test_nothing_is_wrong(rule: Rule) -> None:
    assert list(rule(AT_REST)) == []


@pytest.mark.parametrize(("rule", "spoil", "told"), RULES, ids=[f"{rule.__name__}-{told}" for rule, _, told in RULES])
def test_what_is_wrong_is_named(rule: Rule, spoil: Spoil, told: str) -> None:
    spoilt = deepcopy(AT_REST)
    spoil(spoilt)
    assert any(told in flaw for flaw in rule(spoilt)), list(rule(spoilt))


def test_key_files(tmp_path: Path) -> None:
    assert list(settings_rules.every_key_file_is_made_and_mounted(AT_REST, tmp_path / "one")) == []
    spoilt = deepcopy(AT_REST)
    spoilt["services"]["matching"]["environment"]["TSUNAGU_WRAPPING_KEYS"] = "/keys/private/wrapping.jwks"
    found = list(settings_rules.every_key_file_is_made_and_mounted(spoilt, tmp_path / "two"))
    assert [flaw.partition(":")[2].split()[:2] for flaw in found] == [["nothing", "is"], ["`tsunagu", "keys"]]


def test_the_example_offers_what_the_file_asks_for() -> None:
    assert offered() == asked()


@pytest.mark.parametrize("name", sorted(set(WRITTEN.findall(OPERATIONS.read_text(encoding="utf-8")))))
def test_what_operations_write_into_env_reaches_services_and_command_line(name: str) -> None:
    read = model(secrets() | {name: "2"})
    assert {container: told.get(name) for container, told in _told(read).items()} == dict.fromkeys(_told(read), "2")


def _told(read: Model) -> dict[str, dict[str, str]]:
    return {container: variables(read, container) for container in (*OURS, COMMAND_LINE)}


def test_the_one_shot_applies_the_generation_that_is_used() -> None:
    read = model(secrets() | {"TSUNAGU_TOPICS_GENERATION": "2"})
    assert variables(read, "topics")["TSUNAGU_TOPICS_GENERATION"] == "2"


@pytest.mark.parametrize("name", secrets())
def test_a_missing_secret_is_named_with_what_to_do(name: str) -> None:
    with pytest.raises(Missing, match=f"{name}: `make compose-up` writes one into .env"):
        model(secrets() | {name: ""})


def test_it_is_a_compose_file() -> None:
    """By the schema of the Compose Specification."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
