"""A recipient hears of offers and answers them; a link that is used, late or over does nothing."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify.domain.commands import Accept, Decline, DropOut, Report
from services.notify.domain.offers import KEEP_SETTLED, LATE, Heard, MessageDue, SendingStarted
from services.notify.domain.recipient import REMIND_AFTER
from shared.events import responses
from shared.events.offers import OfferTaken, OfferWithdrawn
from shared.events.referrals import Window
from tests.unit.given import NOON, given, some
from tests.unit.notify.people import AN, ENDS, OFFER, an, asked, assigned, confirmed, deliver, made
from tests.unit.samples import CASE, SEALED

ACCEPT, DECLINE = Accept(**OFFER), Decline(**OFFER, reason="no_time", pause_days=14)
DROP_OUT, REPORT = DropOut(**OFFER, reason="ill"), Report(**OFFER, minutes=90, outcome="resolved")
TAKEN = OfferTaken(recipient=AN, **OFFER)
SAID = {"case": CASE, "supporter": AN, "number": 1}


def withdrawn(reason: str = "withdrawn", number: int = 1) -> OfferWithdrawn:
    return OfferWithdrawn(recipient=AN, case=CASE, number=number, reason=reason)


def test_an_offer_is_told_at_once_by_day() -> None:
    an().when(made()).then(
        some(Heard, state="open", expires_at=ENDS, resident=None), some(MessageDue, kind="offer", at=NOON),
        some(SendingStarted, attempt=1),
    )  # fmt: skip


def test_accepted_matching_is_told_and_the_link_is_used() -> None:
    person = asked().when(ACCEPT).then(responses.OfferAccepted(**SAID), some(Heard, state="answered"))
    person.when(ACCEPT).then("answered")
    person.when(DECLINE).then("answered")


def test_declined_with_a_pause() -> None:
    declined = responses.OfferDeclined(**SAID, reason="no_time", pause_days=14)
    asked().when(DECLINE).then(declined, some(Heard, state="declined")).when(ACCEPT).then("declined")


def test_after_its_time_it_can_no_longer_be_answered() -> None:
    person = asked()
    person.later(hours=23)
    person.later(hours=1)
    person.when(ACCEPT).then("expired")


@pytest.mark.parametrize(
    "link",
    [Accept(case="case-2", number=1), Accept(case=CASE, number=2), Report(case="case-2", number=1, minutes=1,
                                                                          outcome="resolved")],
)  # fmt: skip
def test_a_link_whose_offer_is_over_or_forgotten_does_nothing(link: Any) -> None:
    asked().when(link).then("expired")
    an().when(link).then("expired")


def test_only_who_has_the_case_sees_the_resident_reports_or_drops_out() -> None:
    for command in (REPORT, DROP_OUT):
        asked().when(command).then("open")
        asked().when(ACCEPT).when(command).then("answered")
    assert assigned().state.offers[CASE].resident == SEALED
    assert asked().state.offers[CASE].resident is None


def test_a_report_is_told_once() -> None:
    reported = responses.ActivityReported(**SAID, minutes=90, outcome="resolved")
    person = assigned().when(REPORT).then(reported, some(Heard, state="reported"))
    person.when(REPORT).then("reported")
    person.when(DROP_OUT).then("reported")


def test_who_drops_out_has_it_no_longer() -> None:
    person = (
        assigned().when(DROP_OUT).then(responses.DroppedOut(**SAID, reason="ill"), some(Heard, state="dropped_out"))
    )
    person.when(REPORT).then("dropped_out")
    person.when(withdrawn()).then()


@pytest.mark.parametrize("before", [asked, lambda: asked().when(ACCEPT)], ids=["open", "answered"])
def test_that_another_was_quicker_is_told_once(before: Any) -> None:
    person = before().when(TAKEN).then(some(Heard, state="taken"), some(MessageDue, kind="taken"), SendingStarted)
    person.when(TAKEN).then()
    person.when(ACCEPT).then("taken")


@pytest.mark.parametrize("before", [asked, assigned], ids=["open", "assigned"])
def test_that_it_is_over_is_told_to_who_knows_of_it(before: Any) -> None:
    person = before().when(withdrawn())
    person.then(some(Heard, state="withdrawn", reason="withdrawn"), some(MessageDue, kind="withdrawn"), SendingStarted)
    person.when(withdrawn()).then()
    person.when(ACCEPT).then("withdrawn")


def test_whose_case_a_coordinator_gave_to_somebody_else_reads_so() -> None:
    person = assigned().when(withdrawn("reassigned"))
    person.then(some(Heard, state="taken", reason="reassigned"), some(MessageDue, kind="withdrawn"), SendingStarted)
    person.when(REPORT).then("taken")


@pytest.mark.parametrize("reason", ["amended", "withdrawn", "reassigned", "closed", "erased"])
def test_whose_report_crossed_with_a_taking_back_is_told_that_it_does_not_count(reason: str) -> None:
    """Matching has taken the case back before it heard of the report, and lets that go by."""
    person = assigned().when(REPORT).when(withdrawn(reason))
    person.then(some(Heard, state="withdrawn", reason=LATE), some(MessageDue, kind="withdrawn"), SendingStarted)
    person.when(withdrawn(reason)).then()
    person.when(REPORT).then(LATE)
    assigned().when(REPORT).when(withdrawn(reason, number=7), withdrawn("supporter_erased")).then()


def test_who_answers_what_has_been_changed_reads_so() -> None:
    assigned().when(withdrawn("amended")).when(REPORT).then("amended")
    asked().when(withdrawn("amended")).when(ACCEPT).then("amended")


def test_what_they_never_heard_of_or_let_go_of_is_not_told() -> None:
    for told in (TAKEN, withdrawn()):
        an().when(told).then()
        asked().when(DECLINE).when(told).then()
    asked().when(withdrawn(number=7)).then()


def test_asked_anew_the_older_link_is_dead() -> None:
    person = asked().when(withdrawn("amended"), made(number=2, urgency="soon"))
    person.when(ACCEPT).then("expired")
    person.when(Accept(case=CASE, number=2)).then(responses.OfferAccepted, some(Heard, state="answered"))


def test_assigned_by_a_coordinator_without_an_offer() -> None:
    person = (
        an().when(confirmed()).then(some(Heard, state="assigned"), some(MessageDue, kind="confirmed"), SendingStarted)
    )
    person.when(REPORT).then(responses.ActivityReported, Heard)


def reminders(person: given) -> int:
    return sum(getattr(event, "kind", "") == "reminder" for event in person.happened)


def test_a_report_that_is_missed_is_asked_for_once() -> None:
    person = assigned()
    assert reminders(person.later(days=REMIND_AFTER.days - 1)) == 0
    assert reminders(person.later(days=1)) == 1
    assert reminders(person.later(days=60)) == 0


def test_who_has_reported_is_not_reminded() -> None:
    assigned().when(REPORT).later(days=60).then()


def test_the_reminder_waits_for_the_appointment() -> None:
    start = NOON + timedelta(days=10)
    person = assigned(when=Window(**{"from": start, "to": start + timedelta(hours=1)}))
    person.later(days=REMIND_AFTER.days + 1).then()
    assert reminders(person.later(days=9, hours=1)) == 1


def test_a_long_life_is_kept_short_and_whoever_is_told_something_is_kept() -> None:
    """An old case that ends among many newer ones is still there when its mail is written."""
    person = assigned()
    for n in range(KEEP_SETTLED + 5):
        for told in (made(case=f"case-x{n}"), OfferTaken(recipient=AN, case=f"case-x{n}", number=1)):
            deliver(person.when(told))
    assert len(person.state.offers) == KEEP_SETTLED + 1, "the open one and the newest settled"
    person.when(withdrawn())
    assert CASE in person.state.offers
    assert {letter.case for letter in person.state.messages.values()} >= {CASE}


@pytest.mark.parametrize("end", [REPORT, DROP_OUT])
def test_what_somebody_has_ended_is_not_theirs_again_because_it_was_amended_just_before(end: Any) -> None:
    """Else they would go on seeing who it is, and be reminded of it."""
    person = assigned().when(end)
    person.when(confirmed(urgency="soon")).then()
    assert person.state.offers[CASE].state in ("reported", "dropped_out")
    person.when(confirmed(number=2)).then(some(Heard, state="assigned"), MessageDue, SendingStarted)
