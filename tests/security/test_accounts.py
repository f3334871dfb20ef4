"""Signing in with an account: in a real Chromium, at a real OpenID provider, to a real service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.service import Service
from shared.web.server import server
from tests.browser.conftest import launched
from tests.contract.houses import built
from tests.security.provided import CLIENT, SECRET, installed, provider

pytestmark = pytest.mark.browser
NAMES = ("Sato", "example.org", "Ken.Ito")
"""What the provider tells of people and nobody here may keep."""


@dataclass(frozen=True)
class Desk:
    """Matching, served. `at`: its address."""

    service: Service
    at: str
    browser: Browser

    @asynccontextmanager
    async def person(self) -> AsyncIterator[Page]:
        context: BrowserContext = await self.browser.new_context(locale="en-GB")
        yield await context.new_page()
        await context.close()

    async def signs_in(self, page: Page, login: str, role: str) -> None:
        """As people do: from our page to the provider's, through its forms, and back."""
        await page.goto(f"{self.at}/sign-in?lang=en")
        await page.get_by_role("link", name=role).click()
        await self.agrees(page, login)

    async def agrees(self, page: Page, login: str) -> None:
        """At the provider."""
        await page.locator("input[name=login]").fill(login)
        await page.locator("input[name=password]").fill("whatever")
        await page.locator("button[type=submit]").click()
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url(f"{self.at}/**")

    async def kept(self) -> str:
        """Everything in the collections that signing in writes to."""
        rows = [
            await self.service.parts.store.collection(name).find({}).to_list(None) for name in ("sessions", "accounts")
        ]
        return str(rows)


@pytest.fixture(scope="module")
def addresses() -> Iterator[tuple[int, int]]:
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    yield ports["matching"], ports["stats"]


@pytest.fixture(scope="module")
def issuer(addresses: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = installed(tmp_path_factory.mktemp("provider"))
    with provider(folder, addresses[1], f"http://127.0.0.1:{addresses[0]}/sign-in/callback") as at:
        yield at


@pytest.fixture
async def desk(database: str, tmp_path: Path, addresses: tuple[int, int], issuer: str) -> AsyncIterator[Desk]:
    at = f"http://127.0.0.1:{addresses[0]}"
    services = built(
        database, tmp_path, oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, url_matching=at
    )
    web = server(services["matching"].app, "127.0.0.1", addresses[0])
    serving = asyncio.create_task(web.serve())
    async with launched() as browser:
        yield Desk(services["matching"], at, browser)
    web.should_exit = True
    await serving


async def test_who_has_the_role_comes_in_and_no_name_is_kept(desk: Desk) -> None:
    async with desk.person() as page:
        await desk.signs_in(page, "mika", "Coordinator")
        assert page.url == f"{desk.at}/cases?lang=en" and "mika" in await page.inner_text(".who")
        assert [one["name"] for one in await page.context.cookies(desk.at)] == ["__Host-tsunagu-matching"]
    async with desk.person() as page:
        await desk.signs_in(page, "Ken.Ito@example.org", "Coordinator")
        assert "account-" in await page.inner_text(".who")
        shown = await page.inner_text("body")
        assert not any(name in shown for name in NAMES)
    kept = await desk.kept()
    assert "account-" in kept and not any(name in kept for name in NAMES)


async def test_an_account_has_the_roles_that_it_has_and_comes_in_as_one(desk: Desk) -> None:
    async with desk.person() as page:
        await desk.signs_in(page, "yui", "Auditor")
        assert page.url == f"{desk.at}/audit?lang=en"
        answer = await page.goto(f"{desk.at}/dead-letters")
        assert answer and answer.status == 403, "an operator, too, but not in this session"
    async with desk.person() as page:
        await desk.signs_in(page, "yui", "Coordinator")
        assert "has not this role" in await page.inner_text("h1")
        answer = await page.goto(f"{desk.at}/cases")
        assert answer and answer.status == 401


async def test_who_says_no_at_the_provider_is_told_so_and_may_begin_again(desk: Desk) -> None:
    async with desk.person() as page:
        await page.goto(f"{desk.at}/sign-in?lang=en")
        await page.get_by_role("link", name="Coordinator").click()
        await page.get_by_role("link", name="Cancel").click()
        await page.wait_for_url(f"{desk.at}/**")
        assert "did not let you in" in await page.inner_text("h1")
        await desk.signs_in(page, "mika", "Coordinator")
        assert "mika" in await page.inner_text(".who")


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(desk: Desk) -> None:
    """The link back, stolen or sent to somebody else, signs nobody in."""
    async with desk.person() as page, httpx.AsyncClient(headers={"accept": "*/*"}) as thief:
        came: list[str] = []
        page.on("request", lambda request: came.append(request.url) if "/sign-in/callback" in request.url else None)
        await desk.signs_in(page, "mika", "Coordinator")
        assert len(came) == 1 and {"code", "state", "iss"} <= parse_qs(urlsplit(came[0]).query).keys()
        for at in (thief.get(came[0]), thief.get(came[0], headers={"Cookie": "__Host-tsunagu-matching-account=x"})):
            answer = await at
            assert (answer.status_code, answer.json()["type"]) == (400, "urn:tsunagu:problem:account_state")
            assert "set-cookie" not in answer.headers
        answer = await page.goto(came[0])
        assert answer and answer.status == 400
    async with desk.person() as page:
        answer = await page.goto(f"{desk.at}/sign-in/callback?state=guess&code=guess&error=<b>no</b>")
        assert answer and answer.status == 400 and "<b>" not in await answer.text()


@pytest.mark.parametrize("changed", ["verifier", "nonce", "redirect"])
async def test_a_code_of_another_attempt_is_not_taken(desk: Desk, changed: str) -> None:
    """Who slips somebody else's code into an attempt of their own has asked otherwise than the other did."""
    async with desk.person() as page:
        await page.goto(f"{desk.at}/sign-in?lang=en")
        await page.get_by_role("link", name="Coordinator").click()
        await page.locator("input[name=login]").wait_for()
        begun = desk.service.parts.store.collection("accounts")
        assert (await begun.update_many({}, {"$set": {changed: "x" * 43}})).modified_count == 1
        await desk.agrees(page, "mika")
        assert "cannot believe" in await page.inner_text("h1")
        answer = await page.goto(f"{desk.at}/cases")
        assert answer and answer.status == 401


async def test_without_a_provider_that_answers_people_are_told_and_links_go_on(
    database: str, tmp_path: Path, addresses: tuple[int, int]
) -> None:
    at = "http://127.0.0.1:1"
    for settings, status, code in (
        ({}, 404, "account_off"),
        ({"oidc_issuer": at, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}, 503, "account_away"),
    ):
        app = built(database, tmp_path / code, **settings)["matching"].app
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://matching.example") as http:
            answer = await http.get("/sign-in/account?role=coordinator")
            assert (answer.status_code, answer.json()["type"]) == (status, f"urn:tsunagu:problem:{code}")
            assert "link that works once" in (await http.get("/sign-in?lang=en", headers={"accept": "text/html"})).text
