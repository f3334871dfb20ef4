"""The guard before the real apps: who, from where, how often, how much, and what every response says to a browser."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.intake.links import CaseLinks
from services.notify.links import Link, Links
from shared.access import ROUTES, Actor, Role
from shared.service import Service
from shared.web.headers import HEADERS
from shared.web.identity import token_of
from shared.web.invitations import invite
from shared.web.routes import Routes
from tests.contract.houses import LINK_SECRET, SAME, SECRET, browser, built, signed_in

OFFER = Links(LINK_SECRET, "").url(Link("supporter-1", "case-1", 1), "en")
CASE = CaseLinks(LINK_SECRET, "").url("case-1", "en")


@pytest.fixture
def services(database: str, tmp_path: Path) -> dict[str, Service]:
    return built(database, tmp_path)


@pytest.mark.parametrize("service", ROUTES)
async def test_every_route_has_a_row_and_every_row_a_route(services: dict[str, Service], service: str) -> None:
    routes, rows = set(Routes(services[service].app).keys()), set(ROUTES[service])
    assert not routes - rows, (
        f"add to ROUTES of {service} in shared/access.py, with the roles that may: {routes - rows}"
    )
    assert not rows - routes, f"gone: take it out of ROUTES of {service} in shared/access.py: {rows - routes}"


async def test_what_has_no_row_is_denied_to_everybody(services: dict[str, Service]) -> None:
    app = services["matching"].app

    @app.get("/forgotten")
    async def forgotten() -> str:
        raise AssertionError("nobody comes here")

    for at in (browser(app, "matching"), await signed_in(services, "matching", Role.COORDINATOR)):
        answer = await at.get("/forgotten", headers={"accept": "*/*"})
        assert answer.status_code == 403 and "no_row" in answer.json()["type"]


async def test_whoever_opens_a_mail_of_long_ago_is_not_told_that_it_was_anothers(services: dict[str, Service]) -> None:
    answer = await browser(services["notify"].app, "notify").get(OFFER)
    assert answer.status_code == 404 and "This link has expired" in answer.text


async def test_what_is_not_there_is_not_found_and_a_wrong_method_is_no_way_in(services: dict[str, Service]) -> None:
    at = browser(services["matching"].app, "matching")
    assert (await at.get("/nothing")).status_code == 404
    assert (await at.put("/cases/case-1")).status_code == 405
    refused = await browser(services["intake"].app, "intake").patch("/referrals/r-1")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, PUT")
    assert (await at.head("/cases/case-1")).status_code == 401, "HEAD is asked as GET is"
    assert (await at.post("/static/tsunagu.css", headers=SAME)).status_code == 403
    assert (await at.get("/static/tsunagu.css")).status_code == 200
    assert (await at.get("/static/../web.py")).status_code == 404


async def test_a_program_with_a_key_is_told_in_its_form_though_it_accepts_pages(services: dict[str, Service]) -> None:
    java = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"  # HttpURLConnection, unless it is told otherwise
    at = browser(services["intake"].app, "intake", accept=java, authorization="Bearer tsu_acme_none")
    for path, status in (("/referrals/r-1", 401), ("/referrals", 405), ("/nothing", 404)):
        answer = await at.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(("path", "status", "told"), [
    ("/nothing", 404, "このアドレスには何もありません"),
    ("/cases/case-1/assign", 405, "このアドレスだけを開くことはできません"),
])  # fmt: skip
async def test_a_page_says_what_is_not_there_in_the_readers_language_alone(
    services: dict[str, Service], path: str, status: int, told: str
) -> None:
    at = await signed_in(services, "matching", Role.COORDINATOR)
    answer = await at.get(f"{path}?lang=ja", headers={"accept": "text/html"})
    assert answer.status_code == status and told in answer.text
    assert "Not Found" not in answer.text and "Not Allowed" not in answer.text, "the framework's words are English"


@pytest.mark.parametrize("service", ROUTES)
async def test_every_response_says_what_a_browser_may_do_with_it(services: dict[str, Service], service: str) -> None:
    at = browser(services[service].app, service)
    paths = {key.partition(" ")[2].replace("{", "x").replace("}", "") for key in ROUTES[service]}
    for path in [*paths, "/nothing-here"]:
        for head in ({"accept": "text/html"}, {"accept": "application/json"}):
            for method in ("GET", "POST", "OPTIONS"):
                answer = await at.request(method, path, headers=head)
                missing = [name for name in HEADERS if name not in answer.headers]
                assert not missing, f"{method} {path} {answer.status_code}: {missing}"
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert "max-age" in answer.headers["strict-transport-security"]


async def test_strict_transport_is_asked_for_over_https_only(services: dict[str, Service]) -> None:
    at = httpx.AsyncClient(transport=httpx.ASGITransport(services["stats"].app), base_url="http://127.0.0.1:8104")
    assert "strict-transport-security" not in (await at.get("/sign-in")).headers


async def test_a_failure_is_told_without_its_reason(services: dict[str, Service], capsys: Any) -> None:
    service = services["stats"]
    service.parts.store.documents = None
    answer = await browser(service.app, "stats").get("/figures", headers={"accept": "*/*"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:tsunagu:problem:failed")
    assert answer.headers["x-content-type-options"] == "nosniff"
    said = capsys.readouterr().out
    assert "GET /figures" in said and "NoneType" not in answer.text and "Traceback" not in said


async def test_nobody_is_told_what_to_do_and_a_program_too(services: dict[str, Service]) -> None:
    at = browser(services["matching"].app, "matching")
    page = await at.get("/cases?lang=en")
    assert page.status_code == 401 and "sign in" in page.text.lower() and "Coordinator" in page.text
    document = (await at.get("/cases", headers={"accept": "*/*"})).json()
    assert document["roles"] == ["coordinator"] and "tsunagu sign-in" in document["detail"]
    api = await browser(services["intake"].app, "intake").get("/referrals/r-1", headers={"accept": "*/*"})
    assert api.headers["www-authenticate"].startswith("Bearer") and "no_key" in api.json()["type"]


async def test_a_session_speaks_louder_than_a_link(services: dict[str, Service]) -> None:
    assert (await browser(services["notify"].app, "notify").get(OFFER)).status_code == 404, "a good link, no such offer"
    page = await (await signed_in(services, "notify", Role.AUDITOR)).get(OFFER)
    assert page.status_code == 403
    assert "Auditor" in page.text and "mika" in page.text and 'action="/sign-out?lang=en"' in page.text


@pytest.mark.parametrize(
    "path", [OFFER.replace("/offers/", "/offers/x"), CASE.replace("/r/", "/offers/"), "/offers/x", "/offers/%00"]
)
async def test_a_link_that_is_not_ours_or_of_another_kind_opens_nothing(
    services: dict[str, Service], path: str
) -> None:
    answer = await browser(services["notify"].app, "notify").get(path.partition("?")[0] + "?lang=en")
    assert answer.status_code == 401 and "does not work" in answer.text


def test_a_token_stands_where_the_template_says() -> None:
    assert token_of("/offers/t/accept", "/offers/{token}/accept") == "t"
    assert token_of("/cases/c", "/cases/{case}") is None


CLOSE = "/cases/case-1/close"


@pytest.mark.parametrize(
    ("head", "fine"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://matching.example"}, True),
        ({"origin": "http://127.0.0.1:8102"}, True),  # TSUNAGU_URL_MATCHING
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://matching.example"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://matching.example.evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
async def test_a_form_of_another_site_is_refused(
    services: dict[str, Service], head: dict[str, str], fine: bool
) -> None:
    at = await signed_in(services, "matching", Role.COORDINATOR)
    answer = await at.post(CLOSE, headers={"accept": "*/*", **head})  # the form is empty: let through, it is a 422
    assert answer.status_code == (422 if fine else 403)
    assert fine or "cross_site" in answer.json()["type"]


async def test_links_need_no_origin_but_take_no_strange_one(services: dict[str, Service]) -> None:
    at, path = browser(services["notify"].app, "notify"), OFFER.replace("?", "/decline?")
    assert (await at.post(path)).status_code == 422
    assert (await at.post(path, headers=SAME)).status_code == 422
    assert (await at.post(path, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await at.post(path, headers={"origin": "https://evil.example"})).status_code == 403


async def test_signing_in_from_another_site_is_refused(services: dict[str, Service]) -> None:
    at = browser(services["matching"].app, "matching")
    form = {"token": invite(SECRET, "matching", Actor(Role.COORDINATOR, "mika"))}
    refused = await at.post("/sign-in", data=form, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403 and "set-cookie" not in refused.headers


def test_the_tables_are_of_these_services(services: dict[str, Service]) -> None:
    assert set(ROUTES) == set(services) and all(isinstance(service.app, FastAPI) for service in services.values())
