"""One network with real data, one Chromium, and one window for each role at each service, signed in by a real link."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from shared.access import Role
from tests.browser.world import World, furnished
from tests.delivery.conftest import apache, networks, no_settings_from_outside, shared_network
from tests.delivery.support.network import Network

Windows = Callable[[str, Role | None], Awaitable[BrowserContext]]
__all__ = ["apache", "networks", "no_settings_from_outside", "shared_network"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(shared_network: Network) -> World:
    return await furnished(shared_network)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The system's own; Playwright has fetched none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: `apt-get install chromium fonts-noto-core fonts-noto-cjk`, or what your system calls it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(chromium: Browser, world: World) -> AsyncIterator[Windows]:
    open_ones: dict[tuple[str, Role | None], BrowserContext] = {}

    async def window(service: str, role: Role | None) -> BrowserContext:
        if (service, role) not in open_ones:
            open_ones[service, role] = await entered(chromium, world, service, role)
        return open_ones[service, role]

    yield window
    for one in open_ones.values():
        await one.close()


async def entered(
    chromium: Browser, world: World, service: str, role: Role | None, *, java_script_enabled: bool = True
) -> BrowserContext:
    """Signed in as a person does it: open the link, press the button.

    The page stays open: Chromium may hang when a window's last page is closed and another opened at once.
    """
    context = await chromium.new_context(locale="en-GB", java_script_enabled=java_script_enabled)
    page = await context.new_page()
    if role is not None:
        await page.goto(world.invited(service, role))
        await page.locator("main button").click()
        assert "/sign-in" not in page.url
    return context
