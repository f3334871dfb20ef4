"""The calendar of the demo: when offices are open, and the few hours of a day at which anything happens.

Every moment lies on a coarse grid. A replay jumps from one moment to the next, so few moments make it short.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from shared.region import zone

HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-04-29", "2025-05-03", "2025-05-04", "2025-05-05", "2025-05-06", "2025-07-21", "2025-08-11",
        "2025-09-15", "2025-09-23", "2025-10-13", "2025-11-03", "2025-11-23", "2025-11-24", "2026-01-12",
    )
)  # fmt: skip
"""National holidays (Cabinet Office of Japan) from April 2025 to January 2026."""
CLOSED_FROM, CLOSED_UNTIL = (12, 29), (1, 3)
"""Offices are closed over the turn of the year (Act on Holidays of Administrative Organs)."""
FREE_HOURS = (12, 18)
"""When supporters look at their phones: at lunch and after work. Twice a day keeps the replay short."""
AT_THE_DESK = 12
"""When a coordinator goes through what has been escalated."""


def at(day: date, hour: int) -> datetime:
    """A full hour of a day, in the region's time."""
    return datetime.combine(day, time(hour), zone())


def working_day(day: date) -> bool:
    turn_of_year = (day.month, day.day) >= CLOSED_FROM or (day.month, day.day) <= CLOSED_UNTIL
    return day.weekday() < 5 and day not in HOLIDAYS and not turn_of_year


def days_from(first: date) -> Iterator[date]:
    """That day and all later ones."""
    while True:
        yield first
        first += timedelta(days=1)


def working_days(first: date, last: date) -> list[date]:
    """All working days from the first to the last, both included."""
    length = (last - first).days + 1
    return [day for day in islice(days_from(first), length) if working_day(day)]


def next_free_hours(moment: datetime, count: int = 3) -> list[datetime]:
    """The next free hours after a moment; two of them always lie within a day."""
    today = moment.astimezone(zone()).date()
    hours = (at(day, hour) for day in days_from(today) for hour in FREE_HOURS)
    return list(islice((hour for hour in hours if hour > moment), count))


def next_day_at_work(moment: datetime) -> datetime:
    """When a coordinator is at the desk next, on a later day than the moment's."""
    tomorrow = moment.astimezone(zone()).date() + timedelta(days=1)
    return at(next(filter(working_day, days_from(tomorrow))), AT_THE_DESK)
