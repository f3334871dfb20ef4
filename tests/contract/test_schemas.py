"""The events' contracts: written down, up to date, immutable. (Of personal data: tests/house.)"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared.events import golden as goldens
from shared.events.base import Event, Frozen
from shared.events.golden import contracts, golden, incompatible, stored
from tests.house.contracts import models

COMMAND = "run `python -m shared.events.golden` (make schemas) and read the diff"
TOPICS = {
    "referrals", "updates", "cases", "matches", "holds", "hold_answers", "offers", "responses", "roster",
}  # fmt: skip
MODELS = [model for _, model in contracts()]
GOLDEN, STORED = golden(), stored()
EVERYTHING = list(models().values())


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for inner in getattr(annotation, "__args__", ()):
        yield from models_in(inner)


def test_no_contract_was_changed_incompatibly() -> None:
    flaws = incompatible(STORED, GOLDEN)
    assert not flaws, "\n" + "\n".join(flaws)


@pytest.mark.parametrize("path", sorted(GOLDEN.keys() | STORED.keys()))
def test_the_golden_schema_is_current(path: str) -> None:
    assert path in STORED, f"{path} is missing: {COMMAND}"
    assert path in GOLDEN, f"{path} is left over, no event has that type: {COMMAND}"
    assert STORED[path] == GOLDEN[path], f"{path} is not what the code says: {COMMAND}"


def test_there_is_one_for_every_topic() -> None:
    assert {topic for topic, _ in contracts()} >= TOPICS
    assert len(GOLDEN) == len(MODELS), "two events of one topic have the same type"


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.type)
def test_an_event_cannot_be_changed(model: type[Event]) -> None:
    assert issubclass(model, Frozen)
    assert all(part.model_config.get("frozen") for part in models_in(model))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.type)
def test_what_others_read_can_be_hashed_to_its_depths(model: type[Event]) -> None:
    mutable = [
        name
        for part in models_in(model)
        for name, field in part.model_fields.items()
        if re.search(r"\b(list|dict|set)\b", str(field.annotation))
    ]
    assert mutable == [], "use a tuple or a frozen model"


def changed(path: str, change: Any) -> dict[str, str]:
    """The schemas, with something done to one of them."""
    content = json.loads(GOLDEN[path])
    change(content)
    return {**GOLDEN, path: json.dumps(content)}


CASE, UPDATE = "cases/tsunagu.case.accepted.v1.json", "updates/tsunagu.referral.offered.v1.json"


def test_what_is_incompatible_is_told_with_a_way_out() -> None:
    (told,) = incompatible(GOLDEN, changed(CASE, lambda case: case["properties"].pop("org")))
    assert told.startswith("`tsunagu.case.accepted.v1`: `org` is gone: ") and "tsunagu.case.accepted.v2" in told
    (told,) = incompatible(GOLDEN, {path: text for path, text in GOLDEN.items() if path != CASE})
    assert "`tsunagu.case.accepted.v1` is gone" in told


def test_only_what_strangers_read_may_not_grow_wider() -> None:
    def wider(content: Any) -> None:
        content["properties"]["reason"] = {"default": None}

    assert incompatible(GOLDEN, changed("cases/tsunagu.case.closed.v1.json", wider)) == []
    (told,) = incompatible(GOLDEN, changed(UPDATE, wider))
    assert "`reason` is wider than its readers were promised" in told


def test_make_schemas_writes_what_is_compatible_and_nothing_when_something_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goldens, "FOLDER", tmp_path)
    assert goldens.main() == 0 and stored() == GOLDEN
    fewer = changed(CASE, lambda case: case["properties"].pop("mode"))
    (tmp_path / CASE).write_text(fewer[CASE])
    assert goldens.main() == 0 and stored() == GOLDEN, "a field with a default was added"
    other = changed(CASE, lambda case: case["properties"].update(gone={"type": "string"}))
    (tmp_path / CASE).write_text(other[CASE])
    assert goldens.main() == 1 and stored()[CASE] == other[CASE]
    assert "`gone` is gone" in capsys.readouterr().err


def test_a_record_of_today_is_valid_json_under_its_own_names() -> None:
    """Aliases are what travels: `from`, not `from_`."""
    window = json.loads(GOLDEN["cases/tsunagu.case.accepted.v1.json"])["$defs"]["Window"]
    assert set(window["properties"]) == {"from", "to"}
