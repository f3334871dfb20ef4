"""How people behave in the demo: what supporters answer and report, and what a coordinator does.

Pure, and independent of the order of the questions: the same question always has the same answer. Everybody
acts at the few hours of the day that `days` names.
"""

from datetime import datetime, timedelta
from random import Random

from shared.events.responses import DeclineReason, Outcome
from shared.region import zone
from tsunagu.demo.actions import Accept, Decline, DropOut, GiveUp, Report, Resume
from tsunagu.demo.chance import dice, pick
from tsunagu.demo.days import at, next_day_at_work, next_free_hours

ANSWERS = {"accept": 55, "decline": 25, "ignore": 20}
DECLINE_REASONS: dict[DeclineReason, int] = {
    "no_time": 55,
    "too_far": 20,
    "not_my_field": 12,
    "know_the_resident": 5,
    "other": 8,
}
PAUSE_DAYS = 14
PAUSES = 0.15
"""How many of those without time ask to be left alone for PAUSE_DAYS."""

DROPS_OUT = 0.03
DROP_OUT_REASONS: dict[DeclineReason, int] = {"no_time": 70, "other": 30}
REPORT_DAYS = (1, 10)
REPORT_HOUR = 18
MINUTES = {
    "information": range(10, 31, 5),
    "office": range(60, 241, 15),
    "hospital": range(90, 241, 15),
    "childcare": range(20, 91, 10),
    "labour": range(20, 91, 10),
    "life": range(20, 91, 10),
}
OTHER_MINUTES = range(60, 181, 30)
OUTCOMES: dict[Outcome, int] = {
    "resolved": 72,
    "partly_resolved": 14,
    "referred_on": 9,
    "not_resolved": 3,
    "no_show": 2,
}

RESUMES = {"all_at_cap": 2, "all_declined": 2, "too_far": 1}
"""How often a coordinator has the network ask again; where nobody could help, asking again is no use."""


def answer(
    seed: int,
    supporter: str,
    offer: str,
    told_at: datetime,
    mode: str = "in_person",
    urgency: str = "routine",
) -> Accept | Decline | None:
    """What a supporter answers to an offer, within a day; None if nothing. `offer`: the offer's own key."""
    luck = dice(seed, "answer", supporter, offer)
    moment = luck.choice(_hours_to_answer(told_at, urgency))
    match pick(luck, ANSWERS):
        case "accept":
            return Accept(moment)
        case "decline":
            return _decline(luck, moment, mode)
    return None


def _hours_to_answer(told_at: datetime, urgency: str) -> list[datetime]:
    """What is urgent is answered within the hour, or not in time."""
    if urgency == "urgent":
        return [told_at + timedelta(hours=1)]
    return next_free_hours(told_at, 1 if urgency == "soon" else 3)


def follow_through(
    seed: int,
    supporter: str,
    case: str,
    category: str,
    confirmed_at: datetime,
    until: datetime | None = None,
) -> Report | DropOut:
    """What becomes of a case that a supporter was given. `until`: the end of its appointment, if any."""
    luck = dice(seed, "follow-through", supporter, case)
    report = _report(luck, category, confirmed_at, until)
    if luck.random() >= DROPS_OUT:
        return report
    chances = [moment for moment in next_free_hours(confirmed_at) if moment < report.at]
    return DropOut(luck.choice(chances), pick(luck, DROP_OUT_REASONS))


def coordinate(reason: str, escalated_at: datetime, resumed: int) -> Resume | GiveUp:
    """What a coordinator does on the next working day; `resumed`: how often they asked again already."""
    moment = next_day_at_work(escalated_at)
    return Resume(moment) if resumed < RESUMES.get(reason, 0) else GiveUp(moment, reason)


def _decline(luck: Random, moment: datetime, mode: str) -> Decline:
    reasons = {reason: weight for reason, weight in DECLINE_REASONS.items() if _sensible(reason, mode)}
    reason = pick(luck, reasons)
    pauses = reason == "no_time" and luck.random() < PAUSES
    return Decline(moment, reason, PAUSE_DAYS if pauses else 0)


def _sensible(reason: DeclineReason, mode: str) -> bool:
    """On the telephone nothing is too far."""
    return reason != "too_far" or mode == "in_person"


def _report(luck: Random, category: str, confirmed_at: datetime, until: datetime | None) -> Report:
    """The evening of the last contact: of the appointment, or some days after the confirmation."""
    confirmed = confirmed_at.astimezone(zone()).date()
    day = confirmed + timedelta(days=luck.randint(*REPORT_DAYS))
    if until is not None:
        day = max(until.astimezone(zone()).date(), confirmed + timedelta(days=1))
    minutes = luck.choice(MINUTES.get(category, OTHER_MINUTES))
    return Report(at(day, REPORT_HOUR), minutes, pick(luck, OUTCOMES))
