"""Every page that a person opens, as whom, and with what on it. Whoever adds a page adds a visit."""

from typing import NamedTuple

from shared.access import ROUTES, Role

NOT_PAGES = {
    "GET /health/live", "GET /health/ready", "GET /metrics", "GET /static", "GET /figures",
    "GET /openapi.json", "GET /asyncapi.json", "GET /.well-known/jwks.json", "GET /referrals/{reference}",
    "GET /status/events",
    "GET /.well-known/oauth-authorization-server",
}  # fmt: skip
"""For programs."""
ELSEWHERE = {("matching", "GET /"), ("stats", "GET /")} | {
    (service, f"GET /sign-in/{way}") for service in ROUTES for way in ("account", "callback")
}
"""They lead on to a page, or to somebody's provider of accounts."""


class Visit(NamedTuple):
    """`path`: filled from World.values. `role`: signed in as; None with a link, or as nobody. `choose`, `press`: the
    radio button and the button of a form, whose answer is the page to look at.
    """

    name: str
    service: str
    route: str
    path: str
    role: Role | None = None
    status: int = 200
    choose: str = ""
    press: str = ""


PARTNER, COORDINATOR, AUDITOR, OPERATOR = Role.PARTNER, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR
LETTER, LETTERS = "GET /dead-letters/{letter}", "GET /dead-letters"
REFERRAL, OFFER, RESIDENT = "GET /partner/referrals/{reference}", "GET /offers/{token}", "GET /r/{token}"

VISITS = (
    Visit("home", "intake", "GET /", "/"),
    Visit("api", "intake", "GET /api", "/api"),
    Visit("events", "intake", "GET /events", "/events"),
    *(Visit(f"sign-in-{name}", name, "GET /sign-in", "/sign-in") for name in ROUTES),
    *(Visit(f"passkeys-{name}", name, "GET /passkeys", "/passkeys", OPERATOR) for name in ROUTES),
    Visit("sign-in-link", "intake", "GET /sign-in", "/sign-in?token={invited}"),
    Visit("partner", "intake", "GET /partner", "/partner", PARTNER),
    Visit("partner-on-hold", "intake", "GET /partner", "/partner?state=on-hold", PARTNER),
    *(
        Visit(f"referral-{name}", "intake", REFERRAL, f"/partner/referrals/{name}", PARTNER)
        for name in ("asked", "taken", "held", "done", "failed", "withdrawn")
    ),
    Visit("referral-none", "intake", REFERRAL, "/partner/referrals/none", PARTNER, 404),
    *(
        Visit(f"resident-{name}", "intake", RESIDENT, f"/r/{{r_{name}}}")
        for name in ("asked", "taken", "held", "done", "failed", "withdrawn")
    ),
    Visit("resident-bad-link", "intake", RESIDENT, "/r/nothing", None, 401),
    Visit("desk", "intake", "GET /desk", "/desk", COORDINATOR),
    Visit("desk-case", "intake", "GET /desk/{case}", "/desk/{case_taken}", COORDINATOR),
    Visit("desk-open", "intake", "POST /desk/{case}/open", "/desk/{case_taken}", COORDINATOR, 200, "complaint", "form"),
    Visit("desk-signed-out", "intake", "GET /desk", "/desk", None, 401),
    Visit("desk-wrong-role", "intake", "GET /desk", "/desk", PARTNER, 403),
    *(
        Visit(f"audit-{name}", name, "GET /audit", "/audit?check=true", AUDITOR)
        for name in ("intake", "notify", "stats")
    ),
    Visit("audit-matching", "matching", "GET /audit", "/audit", AUDITOR),
    Visit("audit-person", "intake", "GET /audit", "/audit?person={case_taken}", AUDITOR),
    *(Visit(f"dead-letters-{name}", name, LETTERS, "/dead-letters", OPERATOR) for name in ROUTES),
    Visit("dead-letters-open", "intake", LETTERS, "/dead-letters?state=open", OPERATOR),
    *(
        Visit(f"dead-letter-{name}", name, LETTER, "/dead-letters/{letter}", OPERATOR, 404)
        for name in ("notify", "stats")
    ),
    Visit("dead-letter", "intake", LETTER, "/dead-letters/{letter}", OPERATOR),
    Visit("dead-letter-stuck", "matching", LETTER, "/dead-letters/{letter_stuck}", OPERATOR),
    Visit("dead-letter-discarded", "intake", LETTER, "/dead-letters/{letter_2}", OPERATOR),
    Visit(
        "dead-letter-released",
        "matching",
        "POST /dead-letters/{letter}/release",
        "/dead-letters/{letter_stuck}",
        OPERATOR,
        200,
        press="form[action*=release]",
    ),
    Visit("cases", "matching", "GET /cases", "/cases", COORDINATOR),
    *(
        Visit(f"case-{name}", "matching", "GET /cases/{case}", f"/cases/{{case_{name}}}", COORDINATOR)
        for name in ("asked", "held", "done", "failed")
    ),
    Visit("supporters", "matching", "GET /supporters", "/supporters", COORDINATOR),
    Visit("import", "matching", "GET /supporters/import", "/supporters/import", COORDINATOR),
    *(
        Visit(f"offer-{name}", "notify", OFFER, f"/offers/{{offer_{name}}}")
        for name in ("open", "declined", "taken", "lost", "done")
    ),
    Visit("dashboard", "stats", "GET /dashboard", "/dashboard"),
    Visit("status", "stats", "GET /status", "/status", OPERATOR),
)


def pages() -> set[tuple[str, str]]:
    """(service, route) of every page in the table of roles."""
    every = {(service, route) for service, table in ROUTES.items() for route in table if route.startswith("GET ")}
    return {(service, route) for service, route in every if route not in NOT_PAGES} - ELSEWHERE


def missing() -> set[tuple[str, str]]:
    return pages() - {(visit.service, visit.route) for visit in VISITS}
