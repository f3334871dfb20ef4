"""Passkeys in a real Chromium with its own virtual authenticator, at a real service."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, CDPSession, Page, Request

from deploy.kafka import topics
from shared.access import Actor, Role
from shared.kafka.connection import Kafka
from shared.privacy.audit import Audit
from tests.browser import looking
from tests.browser.conftest import launched
from tests.contract.houses import browser, built
from tests.security.serving import Served, served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
FINGER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(
    kafka: Kafka, database: str, ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """With a broker: that a passkey is added or removed is noted before it is."""
    await topics.apply(kafka, topics.network(1))
    at = f"http://127.0.0.1:{ports['matching']}"
    folder = tmp_path_factory.mktemp("keys")
    service = built(database, folder, kafka=kafka.servers, url_matching=at)["matching"]
    await service.parts.bus.start()
    async with served(service, ports["matching"]) as one:
        yield one
    await service.parts.bus.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as one:
        yield one


@dataclass
class Person:
    """Somebody with a device of their own."""

    desk: Served
    page: Page
    device: CDPSession
    authenticator: str
    handle: str

    @property
    def actor(self) -> Actor:
        return Actor(Role.COORDINATOR, self.handle)

    @property
    def at(self) -> str:
        return self.desk.at

    async def come_by_link(self) -> None:
        await self.page.goto(self.desk.invited(self.actor))
        await self.page.locator("main button").click()
        await self.page.wait_for_url("**/cases?lang=en")

    async def add_passkey(self) -> None:
        await self.page.goto(f"{self.at}/passkeys?lang=en")
        await self.page.get_by_role("button", name="Add a passkey").click()
        await self.page.get_by_role("button", name="Remove").first.wait_for()

    async def leave(self) -> None:
        await self.page.get_by_role("button", name="Sign out").click()
        await self.page.wait_for_url("**/sign-in?lang=en")

    async def come_by_passkey(self) -> None:
        await self.page.goto(f"{self.at}/sign-in?lang=en")
        await self.page.get_by_role("button", name="Sign in with a passkey").click()

    async def is_refused(self) -> None:
        await self.come_by_passkey()
        await self.page.get_by_text("That did not work").wait_for()
        answer = await self.page.goto(f"{self.at}/cases")
        assert answer and answer.status == 401

    async def is_in(self) -> None:
        await self.page.wait_for_url("**/cases?lang=en")
        assert self.handle in await self.page.inner_text(".who")

    async def credentials(self) -> list[dict[str, Any]]:
        found = await self.device.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])


@pytest_asyncio.fixture(loop_scope="module")
async def person(desk: Served, chromium: Browser, unique: str) -> AsyncIterator[Person]:
    context = await chromium.new_context(locale="en-GB")
    page = await context.new_page()
    device = await context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    made = await device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
    yield Person(desk, page, device, made["authenticatorId"], unique)
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def program(desk: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Which sends what a browser has sent."""
    head = {"accept": "*/*", "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=desk.at, headers=head) as http:
        yield http


async def test_a_passkey_is_added_signs_in_and_is_removed(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    assert "not yet" in await person.page.inner_text("tbody")
    (credential,) = await person.credentials()
    assert credential["rpId"] == "localhost" and credential["isResidentCredential"]
    await person.leave()
    await person.come_by_passkey()
    await person.is_in()
    await person.page.goto(f"{person.at}/passkeys?lang=en")
    assert "not yet" not in await person.page.inner_text("tbody")
    await person.page.get_by_role("button", name="Remove").click()
    await person.page.get_by_text("You have none yet.").wait_for()
    await person.leave()
    await person.is_refused()


async def test_what_was_done_with_passkeys_stands_in_the_log(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    await person.page.get_by_role("button", name="Remove").click()
    await person.page.get_by_text("You have none yet.").wait_for()
    audit = Audit(person.desk.service.parts.shelf("audit"))
    lines = await audit.newest(9, f"coordinator-{person.handle}")
    assert [line.why for line in lines] == ["passkey_removed", "passkey_added"]
    assert {line.actor for line in lines} == {str(person.actor)} and await audit.broken() is None


async def test_a_device_has_one_and_a_second_is_told_so(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    await person.page.get_by_role("button", name="Add a passkey").click()
    await person.page.get_by_text("That did not work").wait_for()
    assert await person.page.get_by_role("button", name="Remove").count() == 1
    assert not await looking.for_everybody(person.page), "the notice, too, is for everybody"


async def test_a_copy_of_a_passkey_signs_nobody_in_once_the_original_was_used(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    (copy,) = await person.credentials()
    await person.leave()
    await person.come_by_passkey()
    await person.is_in()
    await person.leave()
    await person.device.send("WebAuthn.clearCredentials", {"authenticatorId": person.authenticator})
    await person.device.send(
        "WebAuthn.addCredential", {"authenticatorId": person.authenticator, "credential": {**copy, "signCount": 0}}
    )
    await person.is_refused()


async def test_what_a_passkey_has_signed_is_good_once(person: Person, program: httpx.AsyncClient) -> None:
    await person.come_by_link()
    await person.add_passkey()
    await person.leave()
    sent: list[str] = []

    def seen(request: Request) -> None:
        if request.url.partition("?")[0].endswith("/sign-in/passkey"):
            sent.append(request.post_data or "")

    person.page.on("request", seen)
    await person.come_by_passkey()
    await person.is_in()
    again = await program.post("/sign-in/passkey", content=sent[0])
    assert (again.status_code, again.json()["type"]) == (400, "urn:tsunagu:problem:passkey_refused")
    assert "set-cookie" not in again.headers


async def test_who_is_not_its_owner_is_not_let_in(person: Person) -> None:
    """The device must have seen its owner: a found one is not enough."""
    await person.come_by_link()
    await person.add_passkey()
    await person.leave()
    await person.device.send(
        "WebAuthn.setUserVerified", {"authenticatorId": person.authenticator, "isUserVerified": False}
    )
    await person.is_refused()


async def test_nobody_removes_a_passkey_of_somebody_else(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    action = await person.page.locator("form[action*=remove]").get_attribute("action")
    async with browser(person.desk.service.app, "matching", **{"sec-fetch-site": "same-origin"}) as other:
        invited = person.desk.invited(Actor(Role.COORDINATOR, "other"))
        token = urlsplit(invited).query.partition("token=")[2].partition("&")[0]
        assert (await other.post("/sign-in", data={"token": token})).status_code == 303
        assert (await other.post(str(action))).status_code == 404
    await person.page.reload()
    assert await person.page.get_by_role("button", name="Remove").count() == 1


async def test_the_database_holds_nothing_that_signs_in(person: Person) -> None:
    await person.come_by_link()
    await person.add_passkey()
    (credential,) = await person.credentials()
    rows = await person.desk.service.parts.store.collection("passkeys").find({"id": person.handle}).to_list(None)
    assert len(rows) == 1 and credential["privateKey"] not in str(rows)
    assert set(rows[0]) == {"_id", "credential", "key", "count", "synced", "seen", "role", "id", "added"}


async def test_without_scripts_the_link_is_the_way_in(desk: Served, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{desk.at}/sign-in?lang=en")
    assert not await page.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert "link that works once" in await page.inner_text("main")
    await page.goto(desk.invited(Actor(Role.COORDINATOR, "mika")))
    await page.locator("main button").click()
    await page.goto(f"{desk.at}/passkeys?lang=en")
    assert "JavaScript" in await page.inner_text("main")
    await context.close()
