"""What is looked at on a page: found in the browser itself, told as sentences; an empty list is a good page."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROWEST, PHONE, DESK = 320, 390, 1280
HEIGHTS = {NARROWEST: 640, PHONE: 844, DESK: 900}

TOO_SMALL = """() => [...document.querySelectorAll(
  'button, select, summary, nav a, .links a, input:not([type=hidden]):not([type=radio]), .choices label')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map(one => `${one.outerHTML.slice(0, 90)} is ${one.getBoundingClientRect().height} px high`)"""
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('pre, svg'))
  .map(one => one.outerHTML.slice(0, 120))"""
OTHER_LANGUAGE = """([own, words]) => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.parentElement;
    if (at.closest('[lang]').lang === own && !at.closest('code, pre, input, option') &&
        new RegExp(words).test(texts.currentNode.data)) found.push(texts.currentNode.data.trim());
  }
  return found;
}"""
ENGLISH = {
    "ja": r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}",
    "vi": r"\b(the|and|with|your|you|is|are|of)\b",
}
"""What no sentence in that language has."""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def at_width(page: Page, width: int) -> list[str]:
    """Nothing sticks out to the side; what one presses is as large as a finger."""
    await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    wide = [f"{width} px: sticks out: {one}" for one in (await page.evaluate(TOO_WIDE))[:3]] if scrolls else []
    small = [f"{width} px: {one}" for one in await page.evaluate(TOO_SMALL)] if width != DESK else []
    return ([f"{width} px: scrolls sideways", *wide] if scrolls else []) + small


async def for_everybody(page: Page) -> list[str]:
    """What axe finds, whatever its impact."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {{runOnly: {TAGS}}})")
    return [
        f"{violation['impact']}: {violation['help']} ({violation['id']}): {node['html'][:150]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


async def untranslated(page: Page, language: str) -> list[str]:
    """Texts that look English where the page is not."""
    tag = await page.evaluate("document.documentElement.lang")
    words = ENGLISH.get(tag)
    return (
        [f"English in {language}: {one}" for one in await page.evaluate(OTHER_LANGUAGE, [tag, words])] if words else []
    )


async def switches(page: Page) -> list[str]:
    """The language switch leads to this very page."""
    here = await page.evaluate("[location.pathname, new URLSearchParams(location.search).size]")
    there = await page.evaluate(
        """[...document.querySelectorAll('.languages a')].map(a => {
          const to = new URL(a.href); return [to.pathname, to.searchParams.size, to.searchParams.get('lang')]})"""
    )
    wrong = [f"the switch to {lang} leads to {path}" for path, size, lang in there if [path, size] != here]
    return wrong if len(there) == 4 else [f"{len(there)} languages to switch to"]
