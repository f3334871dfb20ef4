"""The way of a referral as each reader sees it, told from real events."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from services.intake import timeline as intake
from services.intake.domain import case as referrals
from services.matching import timeline as matching
from services.matching.domain.case import CASE as MATCHING
from services.matching.domain.offers import Undelivered
from services.notify import queries as pages
from services.notify import timeline as notify
from services.notify.domain.offers import NAMED, Heard, Offer, OfferState
from services.notify.links import Link
from shared.events import matches, updates
from shared.events.base import Event
from shared.events.deliveries import Delivered
from shared.events.referrals import WithdrawalReason
from shared.i18n.labels import LABELS
from shared.kernel.document import Cause, Entry
from shared.privacy.audit import DeskReason
from shared.web.timeline import TONES
from tests.unit.given import NOON
from tests.unit.samples import accepted

CASE, MINH, HOA = "case-1", "supporter-minh", "supporter-hoa"


def entry(*events: Event, minutes: int = 0) -> Entry:
    at: datetime = NOON + timedelta(minutes=minutes)
    told: list[dict[str, Any]] = []
    for event in events:
        route = event.route()
        told.append({"type": event.type, "topic": route and route.topic, "data": event.model_dump(mode="json")})
    return Entry(CASE, 1, at.isoformat(), Cause("c", "t", 0, 0), None, None, None, None, told)


def update(made: type[updates.Update], state: updates.State, **more: Any) -> Entry:
    return entry(made(org="tsukuba", reference="r-1", case=CASE, state=state, at=NOON, **more))


def offered(supporter: str, wave: int = 1) -> matches.Offered:
    return matches.Offered(case=CASE, supporter=supporter, wave=wave, score=matches.Score(), expires_at=NOON)


def test_a_partner_sees_each_update_with_its_reason_and_what_is_to_come() -> None:
    told = intake.told(
        [
            update(updates.Accepted, "accepted"),
            update(updates.Escalated, "on-hold", reason="too_far"),
            update(updates.Completed, "completed", outcome="resolved", minutes=30),
        ]
    )
    steps = intake.steps(told)
    assert [(one.what, one.tone) for one in steps] == [
        ("accepted", "done"),
        ("escalated", "look"),
        ("completed", "good"),
    ]
    assert dict(steps[1].details) == {"escalation": "too_far"}
    assert dict(steps[2].details) == {"outcome": "resolved", "minutes": 30}
    assert intake.ahead("completed", steps) == ()
    assert intake.ahead("accepted", steps[:1]) == ("offered", "assigned", "completed")
    assert intake.ahead("on-hold", steps[:2]) == ("assigned", "completed")


def test_a_resident_is_not_shown_what_was_wrong_with_the_partners_message() -> None:
    told = intake.told([update(updates.Rejected, "rejected", reason="when_past", message="give one in the future")])
    assert intake.steps(told)[0].details and intake.residents(told) == []


def test_who_is_asked_in_one_round_is_one_step_and_the_next_round_another() -> None:
    steps = matching.steps([entry(offered(MINH)), entry(offered(HOA)), entry(offered("supporter-lan", 2))])
    assert [dict(one.details)["names"] for one in steps] == [(MINH, HOA), ("supporter-lan",)]


def test_what_happened_in_between_parts_a_round() -> None:
    declined = matches.Declined(case=CASE, supporter=MINH, reason="no_time")
    steps = matching.steps(
        [entry(offered(MINH)), entry(declined), entry(offered(HOA)), entry(Undelivered(supporter=HOA))]
    )
    assert [one.what for one in steps] == ["asked", "declined", "asked", "undelivered"]
    assert dict(steps[1].details) == {"names": (MINH,), "decline": "no_time"}


def test_a_coordinators_choice_is_told_from_an_acceptance() -> None:
    both = [matches.Assigned(case=CASE, supporter=MINH, by=by) for by in ("acceptance", "coordinator")]
    assert [one.what for one in matching.steps([entry(*both)])] == ["assigned", "appointed"]


def test_an_offer_has_its_own_steps_alone_and_a_repeat_is_none() -> None:
    def heard(state: OfferState, case: str = CASE) -> Heard:
        return Heard(case=case, number=1, state=state)

    mail = Delivered(case=CASE, supporter=MINH, number=1, kind="reminder")
    entries = [entry(heard("open"), heard("open", "case-2")), entry(heard("answered")), entry(heard("assigned")),
               entry(heard("assigned")), entry(mail), entry(heard("reported"))]  # fmt: skip
    steps = notify.steps(entries, CASE)
    assert [one.what for one in steps] == ["open", "answered", "assigned", "reminded", "reported"]


def test_every_event_that_matching_shows_is_one_that_it_decides() -> None:
    assert matching.READ.keys() <= MATCHING.events.keys()


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("step_means", [event.type.split(".")[2] for event in updates.EVENTS]),
        ("step_ahead", {code for codes in intake.AHEAD.values() for code in ("offered", *codes)}),
        ("my_step", intake.RESIDENTS),
        ("my_step_ahead", {code for codes in intake.AHEAD.values() for code in ("offered", *codes)}),
        ("my_state", {"accepted", "in-progress", "on-hold", *referrals.FINAL}),
        ("my_next", {"accepted", "in-progress", "on-hold", *referrals.FINAL}),
        ("next", {"accepted", "in-progress", "on-hold", "rejected", *referrals.FINAL}),
        ("offer_step", {*get_args(OfferState), "reminded"}),
        ("offer_step_ahead", {code for codes in notify.AHEAD.values() for code in codes}),
        ("withdrawal", get_args(WithdrawalReason)),
        ("opening", {*get_args(DeskReason), "taken_in", "mail", "page"}),
    ],
)
def test_every_step_has_its_words(kind: str, codes: Any) -> None:
    assert set(codes) <= set(LABELS[kind])


def test_every_mark_is_of_a_step_that_some_page_has() -> None:
    kinds = ("step", "my_step", "case_step", "offer_step")
    assert TONES.keys() <= {code for kind in kinds for code in LABELS[kind]}


@pytest.mark.parametrize("reason", NAMED)
def test_who_is_let_go_while_help_is_needed_does_not_read_that_none_is(reason: str) -> None:
    """By a new roster, an amendment, a coordinator: the mail says so, and the page with it."""
    over = entry(Heard(case=CASE, number=1, state="withdrawn", reason=reason))
    assert [step.what for step in notify.steps([over], CASE)] == [reason]
    assert reason in LABELS["offer_step"] and reason in LABELS["offer"] and TONES[reason] == "look"
    offer = Offer(number=1, state="withdrawn", reason=reason, referral=accepted())
    view = pages.view(Link(MINH, CASE, 1), offer, "token", NOON)
    assert view and view.state == reason
