"""Every template with something to show in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
WHEN = {"from_": NOW + timedelta(days=2, hours=2), "to": NOW + timedelta(days=2, hours=3, minutes=30)}
RESIDENT = {
    "name": "Nguyễn Thị <An>",
    "contacts": "090-0000-0000\nLINE: an-nguyen",
    "note": "Is shy on the phone",
}
ASK: dict[str, Any] = {
    "case": "case-9a1c",
    "category": "hospital",
    "municipality": "08220",
    "languages": ["vi", "en"],
    "mode": "in_person",
    "urgency": "soon",
    "when": WHEN,
    "org_name": "Tsukuba <Global> Center",
}
OFFER_STATES = (
    "open", "answered", "declined", "expired", "withdrawn", "taken", "assigned", "reported", "dropped_out",
)  # fmt: skip


def offer(state: str = "open", **other: Any) -> dict[str, Any]:
    shown = {
        "state": state,
        "number": 1,
        "token": "tok.en",
        "expires_at": NOW + timedelta(hours=5, minutes=20),
        "resident": RESIDENT if state == "assigned" else None,
    }
    return {**ASK, **shown, **other}


def _case(number: int, state: str, reason: str | None = None) -> dict[str, Any]:
    return {
        **ASK,
        "case": f"case-{number:04x}",
        "state": state,
        "reason": reason,
        "waiting_since": NOW - timedelta(hours=number),
    }


def _candidate(number: int, offered: str | None) -> dict[str, Any]:
    score = {"language": 1.0, "distance": 0.8, "fairness": 0.4, "load": 0.5, "total": 0.72 - number / 50}
    return {
        "supporter": f"supporter-{number:03}",
        "score": score,
        "distance_km": 4.2 * number,
        "offer": offered,
    }


SUPPORTERS = [
    {
        "supporter": f"supporter-{number:03}",
        "languages": ["vi", "ja"],
        "municipality": "08236",
        "capacity": 3,
        "load": number,
        "paused_until": NOW + timedelta(days=14) if number == 2 else None,
        "active": number != 3,
    }
    for number in range(4)
]
UPDATES = [
    {"type": "tsunagu.referral.accepted.v1", "at": NOW - timedelta(days=3)},
    {"type": "tsunagu.referral.offered.v1", "at": NOW - timedelta(days=3, hours=-1)},
    {"type": "tsunagu.referral.escalated.v1", "at": NOW - timedelta(days=2), "reason": "all_declined"},
    {"type": "tsunagu.referral.assigned.v1", "at": NOW - timedelta(days=1)},
    {"type": "tsunagu.referral.completed.v1", "at": NOW, "outcome": "resolved", "minutes": 95},
]
DASHBOARD = {
    "table": [
        {"label": label, "received": total, "assigned": total - 4, "completed": total - 9, "escalated": 5}
        for label, total in [
            ("information", 794), ("office", 401), ("hospital", 268),
            ("childcare", 73), ("labour", 69), ("life", 201),
        ]
    ],
    "times": {"offer": {"median": 0.1, "p90": 0.4}, "acceptance": {"median": 5.25, "p90": None}},
    "escalations": {"nobody_speaks_it": 12, "too_far": 4, "all_declined": 9},
    "states": {"asking": 14, "assigned": 41, "escalated": 5, "completed": 1751},
    "map": {"08220": 312, "08211": 140, "08203": 120, "08201": 96, "08234": 61, "08364": 2, "": 3},
    "languages": {"vi": 620, "pt-BR": 210, "zh-Hans": 170, "fil": 166, "si": 120, "ja-simple": 80, "": 3},
}  # fmt: skip

PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    *(
        (f"offer-{state}", "notify", "offer.html", {"offer": offer(state), "now": NOW})
        for state in OFFER_STATES
    ),
    *(
        (f"link-{problem}", "notify", "link.html", {"problem": problem, "offer_state": "taken"})
        for problem in ("used", "expired", "tampered", "foreign")
    ),
    ("cases", "matching", "cases.html", {
        "cases": [
            _case(40, "escalated", "all_declined"), _case(2, "asking"), _case(9, "assigned"),
            _case(90, "closed"), _case(99, "closed", "nobody_speaks_it"),
        ],
        "counts": {"escalated": 1, "asking": 1, "assigned": 1, "closed": 2},
        "state": None,
    }),
    ("cases-none", "matching", "cases.html", {"cases": [], "counts": {}}),
    ("case", "matching", "case.html", {
        "case": _case(40, "escalated", "all_declined"),
        "candidates": [_candidate(1, "declined"), _candidate(2, "expired"), _candidate(3, None)],
        "excluded": {"language": 61, "distance": 12, "paused": 2},
        "assignable": SUPPORTERS,
    }),
    ("case-done", "matching", "case.html", {
        "case": _case(90, "closed"), "candidates": [], "excluded": {}, "assignable": [],
    }),
    ("supporters", "matching", "supporters.html", {"supporters": SUPPORTERS}),
    ("import", "matching", "import.html", {
        "imported": 12,
        "errors": [(3, "municipality", "unknown; did you mean 08229?"), (7, "languages", "is empty")],
    }),
    ("import-first", "matching", "import.html", {}),
    ("dashboard", "stats", "dashboard.html", DASHBOARD),
    ("home", "intake", "home.html", {"url": "http://localhost:8101"}),
    ("referral", "intake", "referral.html", {
        "referral": {"reference": "TGC-2025-0117", "state": "completed"}, "updates": UPDATES, "asks": ASK,
    }),
    ("problem", "intake", "problem.html", {"detail": None}),
]  # fmt: skip
"""(name, service, template, context)."""
