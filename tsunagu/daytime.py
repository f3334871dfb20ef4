"""A clock for trying things: supporters are not mailed at night, and whoever tries may sit on the other side of the world."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.local.home import Home
from deploy.local.lock import holder
from shared import region
from shared.clock import SteppedClock


def daytime(now: datetime) -> datetime:
    """Now, or an hour into the region's next morning."""
    return region.next_waking(now) + timedelta(hours=1) if region.is_quiet(now) else now


def daytime_clock(home: Path, *, fresh: bool = False, now: datetime | None = None) -> Path | None:
    """The file of a clock that is ahead by the rest of the night, said aloud; None by day: then real time will do.

    A network that has had one goes on with it, by day too: what happened there must not lie in its future. `fresh`: it
    forgets its clock with the rest, unless it runs.
    """
    now, file = now or datetime.now(UTC), home / "clock"
    if fresh and holder(Home(home).lock_file) is None:
        file.unlink(missing_ok=True)
    shown = max(now, _shown(file, now))
    if shown > now and not region.is_quiet(shown):
        print(f"This network's clock is ahead and goes on so, from {_local(shown)}. To begin anew: --fresh")
        return file
    if not region.is_quiet(shown):
        return None
    home.mkdir(parents=True, exist_ok=True)
    start = daytime(shown)
    SteppedClock.create(file, start).run()
    print(
        f"It is {_local(shown)} in the region, when nobody is sent mail: this network's clock begins at {_local(start)} "
        "instead. To wait for the morning: --real-time"
    )
    return file


def _shown(file: Path, now: datetime) -> datetime:
    """What it shows; `now` where there is none."""
    try:
        return SteppedClock(file).now()
    except (OSError, ValueError, struct.error):
        return now


def _local(at: datetime) -> str:
    return f"{at.astimezone(region.zone()):%Y-%m-%d %H:%M}"
