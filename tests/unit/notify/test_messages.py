"""Messages: not at night, tried again, given up; each ends as an event, once."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify.domain.commands import Accept, DropOut, NotSent, Report, Sent
from services.notify.domain.messages import ATTEMPTS, PAUSE
from services.notify.domain.offers import KEEP_SETTLED, Heard, MessageDue, SendingStarted, Settled
from services.notify.domain.recipient import REMIND_AFTER
from shared import region
from shared.events.deliveries import Delivered
from shared.events.offers import OfferTaken, OfferWithdrawn
from shared.events.responses import DeliveryFailed
from tests.unit.given import NOON, given, some
from tests.unit.notify.people import AN, ENDS, OFFER, an, asked, assigned, confirmed, deliver, made
from tests.unit.samples import CASE

NIGHT = timedelta(hours=10)
"""From noon to ten in the evening."""


def sending() -> given:
    """The offer's mail is with the mail server."""
    return an().when(made())


def message(person: given) -> str:
    (id_,) = person.state.messages
    return str(id_)


def failed(person: given, attempt: int, *, final: bool = False) -> NotSent:
    return NotSent(message=message(person), attempt=attempt, reason="refused", final=final)


def test_what_arrived_is_told_once() -> None:
    person = sending()
    sent = Sent(message=message(person), attempt=1)
    person.when(sent).then(Delivered(case=CASE, supporter=AN, number=1, kind="offer"), Settled)
    person.when(sent).then()
    assert person.state.messages == {}


def test_nothing_is_sent_at_night_but_in_the_morning() -> None:
    person = an()
    person.now += NIGHT
    morning = region.next_waking(person.now)
    person.when(made(expires_at=NOON + timedelta(days=2))).then(Heard, some(MessageDue, kind="offer", at=morning))
    person.later(hours=9, minutes=59).then()
    person.later(minutes=1).then(some(SendingStarted, attempt=1))
    assert not region.is_quiet(person.now)


@pytest.mark.parametrize(
    "meanwhile", [DropOut(**OFFER, reason="ill"), OfferWithdrawn(recipient=AN, **OFFER, reason="withdrawn")]
)
def test_what_was_taken_and_is_over_in_the_same_night_is_not_told_as_theirs_in_the_morning(meanwhile: Any) -> None:
    person = deliver(an().when(made()))
    person.now += NIGHT
    person.when(Accept(**OFFER)).when(confirmed()).when(meanwhile)
    person.later(hours=10)
    assert "confirmed" not in {letter.kind for letter in person.state.messages.values()}
    assert some(DeliveryFailed, kind="confirmed", reason="too_late").fits(person.happened[0])


@pytest.mark.parametrize(
    "end", [OfferTaken(recipient=AN, **OFFER), OfferWithdrawn(recipient=AN, **OFFER, reason="amended")]
)
def test_what_came_and_went_in_one_night_is_not_told_at_all(end: Any) -> None:
    person = an()
    person.now += NIGHT
    person.when(made(expires_at=NOON + timedelta(days=2))).when(end).then(Heard)
    person.later(hours=10).then(some(DeliveryFailed, kind="offer", reason="too_late"), Settled)


def test_who_has_reported_in_the_night_is_not_reminded_in_the_morning() -> None:
    person = assigned()
    person.now += NIGHT
    person.when(confirmed(number=2)).later(hours=10)
    deliver(person).later(days=REMIND_AFTER.days, hours=-10)
    assert [letter.kind for letter in person.state.messages.values()] == ["reminder"]
    person.when(Report(case=CASE, number=2, minutes=30, outcome="resolved")).later(hours=10)
    assert person.state.messages == {} and not any(isinstance(one, SendingStarted) for one in person.happened)


def test_what_failed_is_tried_again_later_each_time_and_given_up() -> None:
    person, waits = sending(), []
    for attempt in range(1, ATTEMPTS):
        again = person.when(failed(person, attempt)).last(MessageDue).at
        waits.append(again - person.now)
        person.later(seconds=waits[-1].total_seconds()).then(some(SendingStarted, attempt=attempt + 1))
    assert waits == [PAUSE * 2**n for n in range(ATTEMPTS - 1)]
    person.when(failed(person, ATTEMPTS)).then(some(DeliveryFailed, kind="offer", reason="unreachable"), Settled)
    person.later(days=1).then()


def test_what_can_never_arrive_is_given_up_at_once() -> None:
    person = sending()
    person.when(failed(person, 1, final=True)).then(some(DeliveryFailed, reason="refused"), Settled)


def test_a_retry_waits_for_the_morning_too() -> None:
    person = assigned()
    person.now += timedelta(hours=8, minutes=59)
    person.when(confirmed())
    again = person.when(failed(person, 1)).last(MessageDue).at
    assert not region.is_quiet(again) and again - person.now > timedelta(hours=10)


def test_the_word_on_an_older_attempt_changes_nothing() -> None:
    person = sending()
    person.when(failed(person, 1)).when(failed(person, 1)).then()
    person.later(minutes=2).then(some(SendingStarted, attempt=2))
    person.when(failed(person, 1, final=True)).then()
    person.when(Sent(message="another", attempt=2)).then()


@pytest.mark.parametrize("how", ["lapsed", "withdrawn", "answered"])
def test_an_offer_that_is_over_is_no_longer_sent(how: str) -> None:
    person = sending()
    person.when(failed(person, 1))
    if how == "withdrawn":
        deliver(person.when(OfferWithdrawn(recipient=AN, **OFFER, reason="withdrawn")))
    elif how == "answered":
        person.when(Accept(**OFFER))
    person.now = ENDS - timedelta(minutes=1) if how != "lapsed" else ENDS
    person.later(seconds=1).then(some(DeliveryFailed, kind="offer", reason="too_late"), Settled)


def test_what_is_said_twice_is_two_messages() -> None:
    """An amended case is confirmed again, under the same number; a mail's id is the same for a retry only."""
    first = asked().when(Accept(**OFFER)).when(confirmed())
    one = message(first)
    second = deliver(first).when(confirmed(urgency="soon"))
    other = message(second)
    assert one != other
    second.when(failed(second, 1)).later(minutes=2)
    assert second.last(SendingStarted).message == other


def test_what_has_changed_is_said_in_every_attempt() -> None:
    """And only to who had taken it as it was before."""
    first = asked().when(Accept(**OFFER)).when(confirmed())
    assert first.last(MessageDue).changed is None
    second = deliver(first).when(confirmed(urgency="urgent", municipality="08201"))
    assert second.last(MessageDue).changed == ("municipality", "urgency")
    second.when(failed(second, 1))
    assert second.last(MessageDue).changed == ("municipality", "urgency")
    third = deliver(second.later(minutes=2)).when(confirmed(urgency="urgent", municipality="08201"))
    assert third.last(MessageDue).changed == (), "it is about the person"


def test_what_a_message_under_way_is_about_is_not_forgotten() -> None:
    """So many offers are over in one night that a page no longer shows them all; in the morning each is told."""
    person, cases = an(), [f"case-{n}" for n in range(2 * KEEP_SETTLED)]
    for case in cases:
        deliver(person.when(made(case=case)))
    person.now += NIGHT
    for case in cases:
        person.when(OfferWithdrawn(recipient=AN, case=case, number=1, reason="withdrawn"))
    person.later(hours=10)
    assert [event.case for event in person.happened] == cases
    assert set(person.state.offers) == set(cases)
    deliver(person).when(made(case="case-last", expires_at=person.now + timedelta(days=1)))
    assert len(person.state.offers) == KEEP_SETTLED + 1
