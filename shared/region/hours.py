"""When nobody in the region is to be disturbed."""

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONE = "Asia/Tokyo"
QUIET_FROM = time(21)
QUIET_UNTIL = time(8)
"""The night as Japanese law draws it for those who call on people at home: unfit by common sense (Enforcement
Ordinance of the Money Lending Business Act, article 19). Volunteers deserve at least as much."""


@cache
def zone() -> ZoneInfo:
    """The region's time zone."""
    return ZoneInfo(ZONE)


def is_quiet(moment: datetime) -> bool:
    """Whether it is night in the region. 21:00 is quiet already, 08:00 no longer."""
    local = _local(moment).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def next_waking(moment: datetime) -> datetime:
    """The first moment from this one on that is not quiet, in the zone in which the question was asked."""
    if not is_quiet(moment):
        return moment
    local = _local(moment)
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, zone()).astimezone(moment.tzinfo)


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment: whose evening would it be?")
    return moment.astimezone(zone())
