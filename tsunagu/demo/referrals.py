"""The 1,806 referrals of April to December 2025, planned from one seed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from shared.region import nationalities
from shared.region.tables import table
from tsunagu.demo import habits
from tsunagu.demo.chance import dice, pick
from tsunagu.demo.days import at, working_days
from tsunagu.demo.names import names, phone
from tsunagu.demo.partners import senders
from tsunagu.demo.places import homes
from tsunagu.demo.planned import ConsentGiven, Planned, Resident


def referrals(seed: int) -> list[Planned]:
    """All of them in the order of their publication; a partner's references count up in that order."""
    drafts = [_draft(dice(seed, "referral", category, number), category) for category, number in _numbered()]
    drafts.sort(key=lambda draft: draft.at)  # stable: those of one moment keep the order they were drawn in
    return list(_referenced(drafts))


def _numbered() -> Iterator[tuple[str, int]]:
    for category, cases in habits.CASES.items():
        yield from ((category, number) for number in range(cases))


def _referenced(drafts: list[Planned]) -> Iterator[Planned]:
    """Each with its partner's own running number: `R-2025-0001`."""
    sent: Counter[str] = Counter()
    for draft in drafts:
        sent[draft.org] += 1
        yield replace(draft, reference=f"R-{draft.at.year}-{sent[draft.org]:04}")


def _draft(luck: Random, category: str) -> Planned:
    """One referral, still without a number."""
    language = pick(luck, _mother_tongues())
    mode = pick(luck, habits.MODES[category])
    urgency = pick(luck, habits.URGENCIES[category])
    day = pick(luck, _publishing_days())
    moment = at(day, luck.choice(habits.PUBLISHING_HOURS))
    return Planned(
        at=moment,
        org=pick(luck, senders(category)),
        reference="",
        category=category,
        languages=_languages(luck, language),
        municipality=pick(luck, homes()),
        mode=mode,
        urgency=urgency,
        when=_appointment(luck, day) if _has_appointment(luck, category, mode, urgency) else None,
        consent=_consent(luck, category, moment),
        resident=_resident(luck, category, language),
    )


@cache
def _mother_tongues() -> Mapping[str, int]:
    """Foreign residents by mother tongue, in hundredths of a person: the weights to draw a language with."""
    speakers: Counter[str] = Counter()
    for each in nationalities().values():
        for language, share in _shares(each.languages):
            speakers[language] += each.residents * share
    return speakers


def _shares(languages: tuple[str, ...]) -> list[tuple[str, int]]:
    """Percentages: of two languages nearly all speak the first; of many, as with "other", none stands out."""
    if len(languages) == 2:
        return list(zip(languages, (85, 15), strict=True))
    return [(language, 100 // len(languages)) for language in languages]


@cache
def _publishing_days() -> Mapping[date, int]:
    days = working_days(habits.FIRST_DAY, habits.LAST_DAY)
    return {day: habits.BUSY_MONTHS.get(day.month, habits.USUAL_MONTH) for day in days}


def _languages(luck: Random, language: str) -> tuple[str, ...]:
    """The mother tongue, and now and then a second that the resident also gets along with."""
    second = pick(luck, habits.SECOND_LANGUAGE)
    if second in ("", language) or (second == "en" and language in habits.NO_ENGLISH):
        return (language,)
    return (language, second)


def _has_appointment(luck: Random, category: str, mode: str, urgency: str) -> bool:
    """Only whom one goes to meet; what is urgent has no appointment, it is for as soon as possible."""
    share = habits.APPOINTMENTS.get(category, habits.OTHER_APPOINTMENTS)
    return luck.random() < share and mode == "in_person" and urgency != "urgent"


def _appointment(luck: Random, day: date) -> tuple[datetime, datetime]:
    soonest, latest = (day + timedelta(days=ahead) for ahead in habits.NOTICE_DAYS)
    start = at(luck.choice(working_days(soonest, latest)), luck.choice(habits.APPOINTMENT_HOURS))
    return start, start + timedelta(hours=luck.choice(habits.APPOINTMENT_LENGTHS))


def _consent(luck: Random, category: str, published: datetime) -> ConsentGiven:
    """Given at the desk an hour before, or on the day before."""
    by_whom = habits.GIVEN_BY_FOR_CHILDREN if category == "childcare" else habits.GIVEN_BY
    return ConsentGiven(
        given_by=pick(luck, by_whom),
        given_at=published - timedelta(hours=luck.choice((1, 24))),
        scope=pick(luck, habits.SCOPES),
        evidence=pick(luck, habits.EVIDENCE),
    )


def _resident(luck: Random, category: str, language: str) -> Resident:
    return Resident(luck.choice(names(language)), phone(luck), luck.choice(_notes()[category]))


@cache
def _notes() -> Mapping[str, list[str]]:
    """What partners write about the matter, by category."""
    notes: dict[str, list[str]] = {}
    for row in table("notes", "tsunagu.demo"):
        notes.setdefault(row["category"], []).append(row["note"])
    return notes
