"""What pages list, on a real database: in their order, counted right, and each list by an index of its service."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake import queries as intake
from services.matching import queries as matching
from services.matching.domain.offers import Case
from shared.kernel.document import Document
from shared.store import MongoStore
from tests.contract.houses import built
from tests.unit.given import NOON
from tests.unit.samples import accepted


def _case(name: str, status: Any, minutes: int) -> Document:
    key = f"case-{name}"
    case = Case(status=status, referral=accepted(case=key, received_at=NOON + timedelta(minutes=minutes)))
    return Document(key, "rev", 1, case.model_dump(mode="json"), 1)


@pytest.fixture
async def store(database: str, tmp_path: Path) -> MongoStore:
    """Matching's, with a few cases in no order, and supporters."""
    store = built(database, tmp_path)["matching"].parts.store
    await store.documents.delete_many({})
    await store.prepare()
    cases = [_case("d", "asking", 1), _case("c", "asking", 4), _case("b", "escalated", 3), _case("a", "escalated", 2),
             _case("e", "closed", 0), _case("f", "closed", 5)]  # fmt: skip
    supporters = [Document(f"supporter-{n}", "rev", 1, {"holds": {}}, 1) for n in range(3)]
    await store.write([("", one) for one in [*cases, *supporters]])
    return store


async def test_the_escalated_come_first_then_who_waits_longest(store: MongoStore) -> None:
    listed = [row["case"] for row in await matching.cases(store, None)]
    assert listed == ["case-a", "case-b", "case-d", "case-c", "case-f", "case-e"]
    assert [row["case"] for row in await matching.cases(store, "asking")] == ["case-d", "case-c"]


async def test_of_more_than_are_shown_the_newest_closed_ones_are(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "AT_MOST", 1)
    assert [row["case"] for row in await matching.cases(store, "closed")] == ["case-f"]


async def test_states_and_places_are_counted(store: MongoStore) -> None:
    assert await matching.counts(store) == {"asking": 2, "escalated": 2, "closed": 2}
    assert await matching.places(store) == {"08220": 4}


@pytest.mark.parametrize(("service", "fields"), [("intake", intake.LISTED_BY), ("matching", matching.LISTED_BY)])
async def test_a_list_has_an_index(database: str, tmp_path: Path, service: str, fields: tuple[str, ...]) -> None:
    store = built(database, tmp_path)[service].parts.store
    await store.prepare()
    indexes = (await store.documents.index_information()).values()
    assert [(field, 1) for field in fields] in [list(map(tuple, index["key"])) for index in indexes]
