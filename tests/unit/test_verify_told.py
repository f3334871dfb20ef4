"""What the status page is told of a verification: each promise as a code, numbers, and nothing of what is wrong."""

from datetime import UTC, datetime

import pytest

from shared.kernel import record
from shared.kernel.record import Place
from shared.status.records import Verified
from tsunagu.verify import repeats
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.invariants import INVARIANTS
from tsunagu.verify.report import Report, Row
from tsunagu.verify.routes import UNNUMBERED
from tsunagu.verify.telling import verified
from tsunagu.verify.topics import Told

NOW = datetime(2025, 12, 1, 3, tzinfo=UTC)


def found() -> Report:
    report = Report(rows=[Row("cases", "matching", published=5, applied=4, missing=1)], lag=3)
    report.checked.update(I1=5, I9=2, I2=4)
    report.unchecked["I7"] = "mails go to a real server"
    report.add("I1", "missing", "matching: case-9a1c, 3 of cases")
    return report


def test_each_promise_is_told_as_it_stands() -> None:
    told = {one.name: one for one in verified(found(), NOW).promises}
    assert list(told) == [one.name for one in INVARIANTS]
    assert (told["I1"].standing, told["I1"].checked, told["I1"].broken) == ("broken", 5, 1)
    standing = {name: one.standing for name, one in told.items()}
    assert (standing["I2"], standing["I7"], standing["I9"], standing["I11"]) == (
        "kept", "not_checked", "not_yet", "not_checked",
    )  # fmt: skip


def test_numbers_and_nothing_of_whom_it_is_about() -> None:
    told = verified(found(), NOW)
    assert (told.ok, told.settled, told.published, told.applied, told.lost) == (False, False, 5, 4, 1)
    assert "case-" not in told.model_dump_json()
    assert Verified.model_validate_json(told.model_dump_json()) == told


def test_nobody_misses_a_word_of_the_kernel() -> None:
    """They have no effect of their own, so none of them is lost."""
    words = {value for value in vars(record).values() if isinstance(value, str) and value.startswith("tsunagu.kernel.")}
    assert set(UNNUMBERED) == words


@pytest.mark.parametrize(("cases", "ids", "broken"), [
    (("case-1", "case-1"), ("c", "c"), False),
    (("case-1", "case-1"), ("c", "d"), True),
    (("case-1", "case-2"), ("c", "c"), False),
])  # fmt: skip
def test_an_id_that_a_partner_gives_to_two_referrals_breaks_no_promise(
    cases: tuple[str, str], ids: tuple[str, str], broken: bool
) -> None:
    said = [Told(Place("partner.acme.referrals", 0), n, f"r-{n}", b"{}", {"id": "same"}) for n in range(2)]
    led_to = [
        Told(Place("intake.commands", 0), n, cases[n], b"{}", {"id": ids[n], "origin": str(said[n])}) for n in range(2)
    ]
    report = Report()
    repeats.check(Evidence("here", {}, {"partner.acme.referrals": said, "intake.commands": led_to}, {}), [], report)
    assert report.checked["I11"] == 1 and bool(report.problems) is broken
