"""`python -m tests.browser.screenshots [NAME…]`: pictures of every page at both widths, to be looked at.

Writes build/screenshots/<visit>-<language>-<width>.png. With names, only visits that begin with one of them.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from tests.browser.conftest import entered, launched
from tests.browser.looking import DESK, HEIGHTS, PHONE
from tests.browser.test_pages import opened
from tests.browser.visits import VISITS
from tests.browser.world import World, furnished
from tests.delivery.support.network import network
from tests.delivery.support.partner import import_roster

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"
LANGUAGES = ("ja", "en", "vi", "ja-simple")
"""In turn, so that each is seen; a name on the command line gets all."""


async def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        async with network(Path(folder)) as net, launched() as browser:
            await import_roster(net)
            await _taken(browser, await furnished(net), names)


async def _taken(browser: Browser, world: World, names: list[str]) -> None:
    for number, visit in enumerate(VISITS):
        if names and not visit.name.startswith(tuple(names)):
            continue
        context = await entered(browser, world, visit.service, visit.role)
        for language in LANGUAGES if names else (LANGUAGES[number % len(LANGUAGES)],):
            page, _ = await opened(context, world, visit, language)
            for width in (PHONE, DESK):
                await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                await page.screenshot(path=FOLDER / f"{visit.name}-{language}-{width}.png", full_page=True)
        await context.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
