"""Every template with something to show in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from services.intake import timeline as intake_way
from services.intake.domain.case import Case
from services.intake.queries import Listed, ReferralView, Row
from services.matching.inlets.flaws import flaws_of
from services.matching.inlets.row_errors import RowError
from services.matching.policy import Escalation
from services.notify import timeline as notify_way
from services.notify.web import OVER
from shared.privacy.audit import Line
from shared.privacy.person import Resident
from shared.web.timeline import Step, step
from tests.browser.contract_samples import CONTRACT_PAGES
from tests.browser.letter_samples import LETTER_PAGES
from tests.browser.sign_in_samples import SIGN_IN_PAGES
from tests.browser.status_samples import STATUS_PAGES

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
    "open", "answered", "declined", "expired", "withdrawn", "taken", "assigned", "reported", "dropped_out", "not_eligible",
    "amended", "reassigned", "report_too_late",
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

REFERRAL_STATES = ("accepted", "in-progress", "on-hold", "completed", "failed", "cancelled")
UPDATES: list[dict[str, Any]] = [
    {"type": "tsunagu.referral.accepted.v1", "at": NOW - timedelta(days=3)},
    {"type": "tsunagu.referral.offered.v1", "at": NOW - timedelta(days=3, hours=-1)},
    {"type": "tsunagu.referral.escalated.v1", "at": NOW - timedelta(days=2), "reason": "all_declined"},
    {"type": "tsunagu.referral.rejected.v1", "at": NOW - timedelta(days=2), "reason": "when_past",
     "message": "when.to: the time asked for has passed"},
    {"type": "tsunagu.referral.assigned.v1", "at": NOW - timedelta(days=1)},
    {"type": "tsunagu.referral.released.v1", "at": NOW - timedelta(days=1), "reason": "ill"},
    {"type": "tsunagu.referral.completed.v1", "at": NOW, "outcome": "resolved", "minutes": 95},
]  # fmt: skip


def referral(state: Any, **more: Any) -> dict[str, Any]:
    """As intake's pages have it; the steps are of all kinds, whatever the state."""
    case = Case(
        org="tsukuba", reference="TGC-2025-0117", category="hospital", municipality="08220", languages=("vi", "en"),
        state=state, since=NOW, received_at=NOW, **more,
    )  # fmt: skip
    steps = intake_way.steps(UPDATES)
    found = ReferralView("case-9a1c", "TGC-2025-0117", case, UPDATES, None)
    return {"found": found, "steps": steps, "ahead": intake_way.ahead(found.state, steps)}


LISTED = Listed(
    [
        Row(f"case-{state}", "tsukuba", f"TGC-2025-{number:04}", "hospital", "08220", state, NOW, NOW)
        for number, state in enumerate(REFERRAL_STATES)
    ],
    True, dict.fromkeys(REFERRAL_STATES, 1200), {"08220": 700, "08201": 20},
)  # fmt: skip
NOTHING = Listed([], False, {}, {})
WAY = [
    Step("opened", NOW),
    step("asked", NOW, number=1, names=("supporter-001", "supporter-002"), until=NOW),
    step("declined", NOW, names=("supporter-001",), decline="no_time"),
    step("expired", NOW, names=("supporter-002",)),
    step("escalated", NOW, escalation="all_declined"),
    step("appointed", NOW, names=("supporter-003",)),
    step("completed", NOW, names=("supporter-003",), outcome="resolved", minutes=30),
]
AUDIT: dict[str, Any] = {
    "lines": [
        Line(119 - number, NOW.isoformat(), actor, "case-9a1c", why, "0" * 64, "1" * 64)
        for number, (actor, why) in enumerate(
            [("coordinator:mika", "contact_lost"), ("supporter:supporter-S001", "page"), ("network:inlet", "taken_in")]
        )
    ],
    "more": True, "person": "case-9a1c", "page": 1,
}  # fmt: skip
PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    *(
        (f"offer-{state}", "notify", "offer.html", {
            "offer": offer(state), "now": NOW, "steps": [step("open", NOW)], "ahead": notify_way.AHEAD.get(state, ()),
        })
        for state in OFFER_STATES
    ),
    *(
        (f"link-{problem}", "notify", "link.html", {"problem": problem, "offer_state": "taken", "offer": "/offers/tok"})
        for problem in ("used", *OVER)
    ),
    ("cases", "matching", "cases.html", {
        "cases": [
            _case(40, "escalated", "all_declined"), _case(2, "asking"), _case(9, "assigned"),
            _case(90, "closed"), _case(99, "closed", "nobody_speaks_it"),
        ],
        "counts": {"escalated": 1, "asking": 1, "assigned": 1, "closed": 2},
        "state": None, "places": {"08220": 3},
    }),
    ("cases-none", "matching", "cases.html", {"cases": [], "counts": {}, "state": None, "places": {}}),
    ("case", "matching", "case.html", {
        "case": _case(40, "escalated", "all_declined"),
        "candidates": [_candidate(1, "declined"), _candidate(2, "expired"), _candidate(3, None)],
        "escalations": get_args(Escalation),
        "excluded": {"language": 61, "distance": 12, "paused": 2},
        "assignable": SUPPORTERS, "steps": WAY, "holder": "nobody",
    }),
    ("case-done", "matching", "case.html", {
        "case": _case(90, "closed"), "candidates": [], "excluded": {}, "assignable": [], "steps": [], "holder": "nobody",
        "escalations": get_args(Escalation),
    }),
    ("supporters", "matching", "supporters.html", {"supporters": SUPPORTERS}),
    ("import", "matching", "import.html", {
        "imported": 12, "needed": ["supporter_id", "name"], "besides": ["phone"],
        "errors": [
            RowError(3, field, flaw)
            for field, flaw in flaws_of({
                "supporter_id": "S 3", "languages": "<b>x</b>", "municipality": "08228", "capacity": "-1",
            })
        ],
    }),
    ("import-first", "matching", "import.html", {"needed": ["supporter_id", "name"], "besides": ["phone"]}),
    ("dashboard", "stats", "dashboard.html", DASHBOARD),
    ("home", "intake", "home.html", {
        "urls": {name: f"http://{name}.example" for name in ("intake", "matching", "notify", "stats")},
    }),
    *(
        (f"{page}-{state}", "intake", f"{page}.html", referral(state) | {"link": "https://intake.example/r/tok.en"})
        for page in ("referral", "resident") for state in REFERRAL_STATES
    ),
    ("resident-erased", "intake", "resident.html", referral("cancelled", erased=True)),
    ("referral-refused", "intake", "referral.html", referral(None) | {"link": None}),
    ("partner", "intake", "partner.html", {"org": "tsukuba", "listed": LISTED, "state": None, "page": 2}),
    ("partner-new", "intake", "partner.html", {"org": "new", "listed": NOTHING, "state": None, "page": 1}),
    ("desk", "intake", "desk.html", {"listed": LISTED, "state": "on-hold", "page": 1}),
    ("desk-case", "intake", "desk_case.html", referral("in-progress") | {"resident": None}),
    ("desk-case-open", "intake", "desk_case.html", referral("in-progress") | {"resident": Resident(**RESIDENT)}),
    ("desk-case-erased", "intake", "desk_case.html", referral("cancelled", erased=True) | {"resident": None}),
    ("audit", "notify", "audit.html", AUDIT | {"checked": False, "broken": None}),
    ("audit-whole", "intake", "audit.html", AUDIT | {"checked": True, "broken": None}),
    ("audit-broken", "intake", "audit.html", AUDIT | {"checked": True, "broken": 117}),
    ("audit-empty", "matching", "audit.html", {
        "lines": [], "more": False, "person": "", "page": 1, "checked": False, "broken": None,
    }),
    ("problem", "intake", "problem.html", {"detail": None}),
    ("on-its-way", "notify", "on_its_way.html", {"look": "/offers/tok"}),
    *(
        (f"problem-{code}", "intake", "problem.html", {
            "code": code, "detail": "told in English", "more": {"roles": ["coordinator", "partner"], "you": "auditor"},
        })
        for code in (
            "erased", "key_lost", "bad_link", "signed_out", "wrong_role", "cross_site",
            "sign_in_used", "sign_in_expired", "sign_in_tampered", "sign_in_elsewhere", "sign_in_plain",
            "account_off", "account_away", "account_state", "account_refused", "account_token", "account_role",
        )
    ),
    *SIGN_IN_PAGES,
    *CONTRACT_PAGES,
    *LETTER_PAGES,
    *STATUS_PAGES,
]  # fmt: skip
"""(name, service, template, context)."""
