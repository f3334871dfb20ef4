"""Dates and times as people say them: with the weekday, in the region's own time zone."""

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_skeleton, format_time, format_timedelta

from shared.i18n.translator import Translator
from shared.region import zone


def moment(at: datetime | str, texts: Translator) -> str:
    """`Wed, 3 Dec 2025, 14:00`."""
    return _joined(_day(_local(at), texts), _clock(_local(at), texts), texts)


def window(start: datetime | str, end: datetime | str, texts: Translator) -> str:
    """`Wed, 3 Dec 2025, 14:00–15:30`; the day is said once when both ends share it."""
    first, last = _local(start), _local(end)
    if first.date() != last.date():
        return f"{moment(first, texts)} – {moment(last, texts)}"
    return _joined(_day(first, texts), f"{_clock(first, texts)}–{_clock(last, texts)}", texts)


def when(value: Any, texts: Translator) -> str:
    """A moment or a window (`from_` and `to`, as fields or as keys)."""
    if isinstance(value, datetime | str):
        return moment(value, texts)
    if isinstance(value, dict):
        return window(value["from_"], value["to"], texts)
    return window(value.from_, value.to, texts)


def remaining(until: datetime | str, now: datetime, texts: Translator) -> str:
    """`in 5 hours`, or `5 hours ago`. Rounded down: a deadline never sounds later than it is."""
    left = _local(until) - now
    for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if abs(left) >= unit:
            left = (abs(left) // unit) * unit * (1 if left > timedelta(0) else -1)
            break
    said = format_timedelta(left, add_direction=True, threshold=1, granularity="minute", locale=texts.locale)
    return said.replace(" ", "") if texts.tag == "ja" else said


def _local(at: datetime | str) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(zone())


def _day(at: datetime, texts: Translator) -> str:
    return format_skeleton("yMMMEd", at, locale=texts.locale)


def _clock(at: datetime, texts: Translator) -> str:
    return format_time(at, "HH:mm", locale=texts.locale)


def _joined(day: str, clock: str, texts: Translator) -> str:
    return f"{day} {clock}" if texts.tag == "ja" else f"{day}, {clock}"
