"""What `tsunagu partner remove` lists for the coordinators."""

from datetime import UTC, datetime

from services.intake.queries import Row
from shared.kafka.connection import Kafka
from tsunagu.groups.partner_remove import _listed
from tsunagu.where import Where


def test_a_case_is_of_the_regions_day() -> None:
    """Between midnight and nine in the morning in Japan it is still the day before by UTC."""
    at = datetime(2026, 11, 27, 21, 28, tzinfo=UTC)
    row = Row("case-1", "acme", "first-1", "hospital", "08220", "accepted", at, at)
    table = _listed(Where(Kafka("k:1"), "", {"intake": "http://i"}, None), [row])
    assert [list(column.cells) for column in table.columns if column.header == "since"] == [["2026-11-28"]]
