"""The status page with something to show on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.stats.pages.standing import Network, Oldest, Word, network
from shared.kernel.dead_letters import REASONS
from shared.status.records import Promise, Status, Stream, Verified

NOW = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
SERVICES = ("intake", "matching", "notify", "stats")
URLS = {name: f"https://{name}.example" for name in SERVICES}
STREAMS = (
    Stream(topic="intake.commands", reader="kernel", end=184_207),
    Stream(topic="partner.*", reader="inlet", end=92_104, lag=1_204, behind=3_605.2),
)
FOUND = Verified(
    at=NOW - timedelta(days=1), ok=True, settled=False, published=31_204, applied=31_180, lost=0, twice=0,
    promises=(
        *(Promise(name=f"I{number}", standing="kept", checked=1200 * number) for number in range(1, 9)),
        Promise(name="I9", standing="not_yet", checked=40), Promise(name="I10", standing="not_checked"),
    ),
)  # fmt: skip
BROKEN = FOUND.model_copy(
    update={"ok": False, "lost": 2, "promises": (Promise(name="I1", standing="broken", checked=9, broken=2),)}
)


def word(ago: float = 1, **said: Any) -> Word:
    return Word(Status(**{"at": NOW, "began": NOW - timedelta(days=9), **said}), NOW - timedelta(seconds=ago))


WELL = network({name: [word(letters={})] for name in SERVICES}, NOW, None, FOUND)
TROUBLED = network(
    {
        "intake": [
            word(streams=STREAMS, letters=dict.fromkeys(REASONS, 1200), stuck=3, due=10_000, unpublished=420),
            word(60),
        ],
        "matching": [word(waiting_for=("database", "restoring: 1200 decisions looked at"))],
        "notify": [word(7200, streams=(Stream(topic="offers", reader="kernel", end=12, lag=3),))],
        "stats": [],
    },
    NOW, Oldest(NOW - timedelta(days=3), "all_declined", 1204), BROKEN,
)  # fmt: skip
NEVER_VERIFIED = network({name: [word(60, stopped=True)] for name in SERVICES}, NOW, Oldest(NOW, "asking", 1), None)


def _page(name: str, seen: Network) -> tuple[str, str, str, dict[str, Any]]:
    return f"status-{name}", "stats", "status.html", {"seen": seen, "urls": URLS}


STATUS_PAGES = [_page("well", WELL), _page("troubled", TROUBLED), _page("never-verified", NEVER_VERIFIED)]
