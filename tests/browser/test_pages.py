"""Every page of every role in Chromium, at three widths and in each language."""

import pytest
from playwright.async_api import BrowserContext, Page, Response

from shared.access import Role
from shared.i18n import LANGUAGES
from tests.browser import looking
from tests.browser.conftest import Windows
from tests.browser.looking import DESK, NARROWEST, PHONE
from tests.browser.visits import VISITS, Visit
from tests.browser.world import World

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AXED = ("ja", "en")


async def opened(context: BrowserContext, world: World, visit: Visit, language: str) -> tuple[Page, list[str]]:
    """The page, and what went wrong with it so far; console errors join the list while it is open."""
    page, wrong = await context.new_page(), []
    await page.set_viewport_size({"width": PHONE, "height": looking.HEIGHTS[PHONE]})
    page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    world.values["invited"] = world.invited("intake", Role.PARTNER).partition("token=")[2]
    response = await page.goto(world.url(visit.service, visit.path, language))
    if visit.press:
        response = await answer(page, visit)
    assert response and response.status == visit.status, f"{response and response.status}: {await page.title()}"
    if visit.status >= 400:  # which Chromium itself calls an error
        wrong.clear()
    return page, wrong


async def answer(page: Page, visit: Visit) -> Response | None:
    if visit.choose:
        await page.locator(f"input[value={visit.choose}]").check()
    async with page.expect_navigation() as navigated:
        await page.locator(f"main {visit.press} button").click()
    return await navigated.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
async def test_page(world: World, windows: Windows, visit: Visit, language: str) -> None:
    page, wrong = await opened(await windows(visit.service, visit.role), world, visit, language)
    try:
        for width in (NARROWEST, PHONE, DESK):
            wrong += await looking.at_width(page, width)
            if language in AXED and width != NARROWEST:
                wrong += await looking.for_everybody(page)
        wrong += await looking.untranslated(page, language)
        if not visit.press:
            wrong += await looking.switches(page)
    finally:
        await page.close()
    assert not wrong, "\n".join(wrong)
