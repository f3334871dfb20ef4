"""The status page stays as things are, by a script of its own; without it, it is as of when it was loaded."""

import re
import signal

import pytest
from playwright.async_api import Browser, Page, expect

from shared.access import Role
from tests.browser.conftest import Windows, entered
from tests.browser.world import ORG, World
from tests.delivery.support.network import until
from tests.delivery.support.partner import join

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PATIENCE_MS = 60_000
FOCUSED = "document.activeElement.getAttribute('href')"


async def status(world: World, windows: Windows) -> tuple[Page, list[str]]:
    """The page, and what its console says is wrong."""
    page, wrong = await (await windows("stats", Role.OPERATOR)).new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(world.url("stats", "/status", "en"))
    await page.evaluate("window.loaded = 'once'")
    return page, wrong


async def letters(page: Page) -> int:
    """Of intake, that are open."""
    row = page.locator("#left tr", has=page.get_by_role("link", name="intake"))
    found = re.search(r"[\d,]+", await row.locator("td").first.inner_text())
    return int(found[0].replace(",", "")) if found else -1


async def test_what_happens_is_seen_without_a_reload(world: World, windows: Windows) -> None:
    page, wrong = await status(world, windows)
    await until("they are counted", lambda: _counted(page, 0), 60)
    before, link = await letters(page), page.locator("#left").get_by_role("link", name="intake")
    await link.focus()
    focused = await page.evaluate(FOCUSED)
    partner = (await join(world.net, [ORG]))[ORG]
    await partner.send(b"{not json", "live-wrong")
    await until("one more", lambda: _counted(page, before + 1), 60)
    assert await page.evaluate("window.loaded") == "once"
    assert await page.evaluate(FOCUSED) == focused, "whoever was there keeps the focus"
    assert await page.locator("[data-live-lost]").is_hidden() and not wrong
    await page.close()


async def _counted(page: Page, at_least: int) -> bool:
    return await letters(page) >= at_least


async def test_a_lost_connection_is_told_and_found_again(world: World, windows: Windows) -> None:
    page, _ = await status(world, windows)
    world.net.signal("stats", signal.SIGTERM)
    lost = page.locator("[data-live-lost]")
    await expect(lost).to_be_visible(timeout=PATIENCE_MS)
    await expect(lost).to_be_hidden(timeout=PATIENCE_MS)
    assert await page.evaluate("window.loaded") == "once"
    await until("ready", world.net.ready, 60)
    await page.close()


async def test_without_scripts_it_is_as_of_its_loading(world: World, chromium: Browser) -> None:
    context = await entered(chromium, world, "stats", Role.OPERATOR, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(world.url("stats", "/status", "en"))
    await expect(page.locator("#services")).to_contain_text(re.compile("matching.*Working", re.S))
    assert await page.locator("[data-live-lost]").is_hidden()
    await page.get_by_role("link", name="Reload this page").click()
    assert await page.locator("h1").inner_text() == "How the network stands"
    await context.close()
