"""Pages used as people use them: by keyboard alone, and in a browser that runs no scripts."""

import pytest
from playwright.async_api import Browser, Page

from shared.access import Role
from tests.browser.conftest import Windows, entered
from tests.browser.looking import DESK, NARROWEST, PHONE, at_width, for_everybody
from tests.browser.world import World

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  return [at.tagName.toLowerCase(), at.textContent.trim(), at.href || '', parseFloat(style.outlineWidth), style.outlineStyle];
}"""


async def tab_to(page: Page, tag: str, text: str, at_most: int = 40) -> list[str]:
    """Presses Tab until it has the focus; returns what had it on the way. Whatever has it can be seen to."""
    passed: list[str] = []
    for _ in range(at_most):
        await page.keyboard.press("Tab")
        at, words, _, width, style = await page.evaluate(FOCUSED)
        assert style != "none" and width >= 2, f"{at} {words!r} does not show that it has the focus"
        if at == tag and text in words:
            return passed
        passed.append(f"{at} {words}"[:60])
    raise AssertionError(f"no way by Tab to {tag} {text!r}: {passed}")


async def test_an_offer_is_answered_by_keyboard(world: World, windows: Windows) -> None:
    page = await (await windows("notify", None)).new_page()
    await page.goto(world.url("notify", "/offers/{offer_keys}", "en"))
    passed = await tab_to(page, "button", "Yes, I can help")
    assert passed[0] == "a To the content", "the way past the head comes first"
    await tab_to(page, "summary", "No, not this time")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await tab_to(page, "button", "Send my answer")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert "Thank you for telling us" in await page.inner_text("h1")


async def test_the_skip_link_leads_to_the_content(world: World, windows: Windows) -> None:
    page = await (await windows("intake", None)).new_page()
    await page.goto(world.url("intake", "/", "en"))
    await page.keyboard.press("Tab")
    assert await page.locator(".skip").evaluate("one => one.getBoundingClientRect().top >= 0")
    await page.keyboard.press("Enter")
    assert (await tab_to(page, "a", "Your referrals")) == []


@pytest.mark.parametrize(
    ("service", "path", "role", "button"),
    [
        ("intake", "/desk/{case_taken}", Role.COORDINATOR, "Show who it is"),
        ("intake", "/audit", Role.AUDITOR, "Check the chain"),
        ("matching", "/cases/{case_held}", Role.COORDINATOR, "Ask again"),
        ("matching", "/supporters/import", Role.COORDINATOR, "Upload"),
        ("notify", "/offers/{offer_taken}", None, "Send my report"),
    ],
)
async def test_each_form_is_reached_by_keyboard(
    world: World, windows: Windows, service: str, path: str, role: Role | None, button: str
) -> None:
    page = await (await windows(service, role)).new_page()
    await page.goto(world.url(service, path, "en"))
    await tab_to(page, "button", button)


async def test_the_flaws_of_a_roster_fit_a_phone(world: World, windows: Windows) -> None:
    page = await (await windows("matching", Role.COORDINATOR)).new_page()
    await page.goto(world.url("matching", "/supporters/import", "vi"))
    row = b"S 1,,nowhere,xx-foo-bar-baz,99999,-1,abc"
    content = b"supporter_id,name,email,languages,municipality,capacity,max_distance_km\n" + row
    await page.get_by_label("CSV").set_input_files({"name": "roster.csv", "mimeType": "text/csv", "buffer": content})
    async with page.expect_navigation():
        await page.locator("main button").click()
    assert await page.locator("main tbody tr").count() == 7
    wrong = [flaw for width in (NARROWEST, PHONE, DESK) for flaw in await at_width(page, width)]
    assert not wrong + await for_everybody(page)


async def test_all_of_it_without_scripts(world: World, chromium: Browser) -> None:
    """A partner signs in, finds a referral and its resident's link; the link opens, in another language too."""
    context = await entered(chromium, world, "intake", Role.PARTNER, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(world.url("intake", "/partner", "en"))
    await page.get_by_role("link", name="taken").click()
    link = await page.get_by_label("Link to copy").input_value()
    guest = await (await chromium.new_context(java_script_enabled=False)).new_page()
    await guest.goto(link)
    assert (await guest.locator("html").get_attribute("lang"), await guest.locator("h1").count()) == ("vi", 1)
    await guest.get_by_role("link", name="日本語", exact=True).click()
    assert "支援する人が決まりました" in await guest.locator("h1").inner_text()
    await page.get_by_role("button", name="Sign out").click()
    answer = await page.goto(world.url("intake", "/partner", "en"))
    assert answer and answer.status == 401


async def test_whom_a_coordinator_opened_is_shown_once_and_stands_in_the_log(world: World, windows: Windows) -> None:
    desk = await (await windows("intake", Role.COORDINATOR)).new_page()
    await desk.goto(world.url("intake", "/desk/{case_asked}", "en"))
    name = "Nguyen Thi An"
    assert name not in await desk.inner_text("body")
    await desk.get_by_label("Contact was lost").check()
    async with desk.expect_navigation() as navigated:
        await desk.get_by_role("button", name="Show who it is").click()
    response = await navigated.value
    assert name in await desk.inner_text("main")
    assert response and (await response.header_value("cache-control")) == "no-store"
    await desk.goto(world.url("intake", "/desk/{case_asked}", "en"))
    assert name not in await desk.inner_text("body")
    log = await (await windows("intake", Role.AUDITOR)).new_page()
    await log.goto(world.url("intake", "/audit?person={case_asked}", "en"))
    newest = await log.locator("tbody tr").first.inner_text()
    assert "Coordinator mika" in newest and "Contact was lost" in newest and name not in await log.inner_text("body")
