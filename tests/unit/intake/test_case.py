"""A case at intake: what partners may do with it, and what they hear of it."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain.case import CASE, Took
from services.intake.domain.commands import Amend, Erase, Publish, Reject, Withdraw
from services.intake.inlets.taking import to_command
from shared.events import matches, updates
from shared.events.cases import CaseAccepted, CaseAmended, CaseClosed, CaseErased, CaseWithdrawn
from shared.events.matches import Score
from shared.events.referrals import ReferralAmended, ReferralPublished
from tests.unit.given import NOON, given, some
from tests.unit.samples import KEY, RESIDENT, referral

SOMEONE = {"case": "case-1", "supporter": "supporter-a"}
WITHDRAW = Withdraw(org="city", record="w", reference="R-1", reason="not_needed")
OFFERED = matches.Offered(**SOMEONE, wave=1, score=Score(), expires_at=NOON)
ASSIGNED = matches.Assigned(**SOMEONE)
COMPLETED = matches.Completed(**SOMEONE, outcome="resolved", minutes=90)
RELEASED = matches.Released(**SOMEONE, reason="ill")
ESCALATED = matches.Escalated(case="case-1", reason="all_at_cap")
UNSERVED = matches.Unserved(case="case-1", reason="all_at_cap")


def publish(record: str = "p", **changed: Any) -> Publish:
    command = to_command("city", record, ReferralPublished.type, referral(**changed)).kept(KEY, RESIDENT).command
    assert isinstance(command, Publish)
    return command


def amend(record: str = "a", **changed: Any) -> Amend:
    command = to_command("city", record, ReferralAmended.type, referral(**changed)).kept(KEY, RESIDENT).command
    assert isinstance(command, Amend)
    return command


def open_case() -> given:
    return given(CASE).when(publish())


def test_a_referral_is_taken_and_its_partner_is_told() -> None:
    asked = publish()
    case = given(CASE).when(asked)
    case.then(
        some(CaseAccepted, org="city", category="hospital", resident=asked.referral.resident, received_at=NOON),
        Took,
        some(updates.Accepted, state="accepted", reference="R-1", about="p", at=NOON),
    )
    assert not any("consent" in event.model_dump() for event in case.happened), "consent stays with intake"


def test_published_again_it_is_the_same_however_it_was_sealed() -> None:
    open_case().when(publish("again", resident="f.g.h.i.j")).then()


def test_a_reference_names_one_referral_for_ever() -> None:
    open_case().when(publish("other", category="labour")).then(
        "reference_used", some(updates.Rejected, state="accepted", reason="reference_used", about="other")
    )


def test_amended_it_goes_on_and_the_same_amendment_changes_nothing() -> None:
    case = open_case().when(amend(category="labour"))
    case.then(some(CaseAmended, category="labour"), Took, some(updates.Amended, state="accepted", about="a"))
    case.when(amend("again", category="labour")).then()


def test_other_words_about_the_resident_are_another_referral() -> None:
    other = to_command("city", "o", ReferralPublished.type, referral()).kept(KEY, {**RESIDENT, "note": "moved"}).command
    open_case().when(other).then("reference_used", some(updates.Rejected, reason="reference_used"))


def test_erased_it_ends_once_and_its_reference_is_used_up() -> None:
    case = open_case().when(Erase())
    case.then(CaseErased, some(updates.Erased, state="cancelled", reason="erased"))
    case.when(Erase()).then()
    case.when(publish("again")).then("erased", some(updates.Rejected, reason="erased"))
    case.when(ASSIGNED).then()


def test_erased_after_its_end_it_stays_what_it_was() -> None:
    open_case().when(COMPLETED).when(Erase()).then(CaseErased, some(updates.Erased, state="completed"))


def test_what_was_never_taken_needs_no_erasing() -> None:
    given(CASE).when(Erase()).then("never_published")


def test_withdrawn_it_ends_and_the_same_withdrawal_changes_nothing() -> None:
    case = open_case().when(WITHDRAW)
    case.then(some(CaseWithdrawn, reason="not_needed"), some(updates.Cancelled, state="cancelled", about="w"))
    case.when(WITHDRAW).then()
    case.when(publish("again")).then()


@pytest.mark.parametrize("asked", [amend(category="labour"), WITHDRAW], ids=["amended", "withdrawn"])
def test_what_was_never_published_cannot_be_changed(asked: Any) -> None:
    rejected = some(updates.Rejected, state="rejected", org="city", reference="R-1", reason="never_published")
    given(CASE).when(asked).then("never_published", rejected)


@pytest.mark.parametrize("end", [COMPLETED, UNSERVED], ids=["completed", "unserved"])
@pytest.mark.parametrize("asked", [amend(category="labour"), WITHDRAW], ids=["amended", "withdrawn"])
def test_what_is_closed_cannot_be_changed(asked: Any, end: Any) -> None:
    case = open_case().when(end)
    case.when(asked).then("already_closed", some(updates.Rejected, state=case.state.state, reason="already_closed"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"category": "gardening"}, "unknown_category"),
        ({"municipality": "13101"}, "unknown_municipality"),
        ({"languages": ["xx"]}, "unknown_language"),
        ({"when": {"from": NOON - timedelta(days=2), "to": NOON - timedelta(days=1)}}, "when_past"),
        ({"when": {"from": NOON, "to": "9999-12-31T23:59:59Z"}}, "when_too_far"),
        ({"when": {"from": "0001-01-01T00:00:00+14:00", "to": NOON + timedelta(days=1)}}, "when_too_far"),
        ({"arrived_on": "9999-12-31"}, "arrival_too_far"),
        ({"arrived_on": "0001-01-01"}, "arrival_too_far"),
        ({"consent": {**referral()["consent"], "given_at": "0001-01-01T00:00:00+14:00"}}, "consent_too_old"),
    ],
)
def test_what_does_not_fit_the_region_or_the_calendar_is_refused(changed: dict[str, Any], code: str) -> None:
    given(CASE).when(publish(**changed)).then(code, some(updates.Rejected, state="rejected", reason=code))
    open_case().when(amend(**changed)).then(code, some(updates.Rejected, state="accepted", reason=code))


def test_consent_comes_first() -> None:
    late = {**referral()["consent"], "given_at": NOON + timedelta(minutes=6)}
    given(CASE).when(publish(consent=late)).then("consent_in_future", updates.Rejected)
    clock_differs = {**late, "given_at": NOON + timedelta(minutes=4)}
    given(CASE).when(publish(consent=clock_differs)).then(CaseAccepted, Took, updates.Accepted)


def test_a_record_that_could_not_be_read_is_told_and_changes_nothing() -> None:
    reject = Reject(org="city", record="r", reference="R-1", code="payload", message="the value is not JSON")
    given(CASE).when(reject).then(some(updates.Rejected, state="rejected", org="city", about="r", reason="payload"))
    case = open_case().when(reject).then(some(updates.Rejected, state="accepted"))
    case.when(publish("again")).then()


def test_the_partner_hears_of_each_step() -> None:
    case = open_case()
    case.when(OFFERED, OFFERED).then(some(updates.Offered, state="accepted"))
    case.when(ASSIGNED).then(some(updates.Assigned, state="in-progress"))
    case.when(RELEASED).then(some(updates.Released, state="accepted", reason="ill"))
    case.when(ESCALATED).then(some(updates.Escalated, state="on-hold", reason="all_at_cap"))
    case.when(ASSIGNED).then(some(updates.Assigned, state="in-progress"))
    case.when(COMPLETED).then(
        some(CaseClosed, outcome="resolved", reason=None),
        some(updates.Completed, state="completed", outcome="resolved", minutes=90),
    )


def test_who_could_not_be_served_is_told_why() -> None:
    open_case().when(ESCALATED, UNSERVED).then(
        updates.Escalated,
        some(CaseClosed, outcome=None, reason="all_at_cap"),
        some(updates.Failed, state="failed"),
    )


def test_what_matching_says_after_the_end_is_too_late() -> None:
    open_case().when(WITHDRAW).when(OFFERED, ASSIGNED, COMPLETED).then()


def test_supporters_are_not_named_to_partners() -> None:
    told = open_case().when(OFFERED, ASSIGNED, COMPLETED).happened
    assert not any("supporter-a" in event.model_dump_json() for event in told)
