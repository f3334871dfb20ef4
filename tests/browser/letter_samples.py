"""The pages of dead letters with something to show on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.kernel.dead_letters import REASONS
from shared.kernel.record import Place
from shared.letters.book import UNKNOWN_TIME
from shared.letters.head import Head, Letter

NOW = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
LETTERS = [
    Letter(
        Head("intake", f"partner.tsukuba.referrals-0-{number}", reason, code, Place("partner.tsukuba.referrals", 0), number,
             "0" * 64, 812, NOW - timedelta(hours=number), "case-9a1c" if number % 2 else ""),
        state, "operator:yui" if state != "open" else "", NOW.isoformat() if state != "open" else "",
        "sent_anew" if state == "discarded" else "",
    )
    for number, (reason, code, state) in enumerate([
        *((reason, "unknown_category" if reason == "payload" else "", "open") for reason in REASONS),
        ("payload", "when_past", "replayed"), ("payload", "", "discarded"), ("stuck", "", "released"),
    ])
]  # fmt: skip
LETTER_LIST: dict[str, Any] = {
    "letters": LETTERS, "more": True, "page": 1, "state": None, "counts": {"open": 8, "replayed": 1, "discarded": 1},
    "reasons": [(reason, 1200) for reason in REASONS], "stuck": ["case-9a1c", "supporter-S001"], "held": "",
    "minutes": 15, "service": "intake", "untold": UNKNOWN_TIME,
}  # fmt: skip
NO_LETTERS = {"letters": [], "more": False, "counts": {}, "reasons": [], "stuck": []}
LETTER_PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("dead-letters", "intake", "dead_letters.html", LETTER_LIST),
    ("dead-letters-none", "intake", "dead_letters.html", LETTER_LIST | NO_LETTERS),
    ("dead-letters-stopped", "intake", "dead_letters.html", LETTER_LIST | {"held": "stopped: 23 of the last 30"}),
    *(
        (f"dead-letter-{number}", "intake", "dead_letter.html", {
            "letter": letter, "outcome": None, "service": "intake", "untold": UNKNOWN_TIME,
        })
        for number, letter in enumerate(LETTERS)
    ),
    *(
        (f"dead-letter-{outcome}", "intake", "dead_letter.html", {
            "letter": LETTERS[7], "outcome": outcome, "service": "intake", "untold": UNKNOWN_TIME,
        })
        for outcome in ("released", "stuck_again", "not_yet")
    ),
]  # fmt: skip
