"""A clock for trying things: supporters are not mailed at night, and whoever tries may sit on the other side of the world."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared import region
from shared.clock import SteppedClock


def daytime(now: datetime) -> datetime:
    """Now, or an hour into the region's next morning."""
    return region.next_waking(now) + timedelta(hours=1) if region.is_quiet(now) else now


def daytime_clock(home: Path) -> Path | None:
    """The file of a clock that is ahead by the rest of the night, said aloud; None by day: then real time will do."""
    now = datetime.now(UTC)
    if not region.is_quiet(now):
        return None
    home.mkdir(parents=True, exist_ok=True)
    start = daytime(now)
    SteppedClock.create(home / "clock", start).run()
    local = now.astimezone(region.zone())
    print(
        f"It is {local:%H:%M} in the region, when nobody is sent mail: this network's clock begins at "
        f"{start.astimezone(region.zone()):%Y-%m-%d %H:%M} instead. To wait for the morning: --real-time"
    )
    return home / "clock"
