"""Every page in every language, rendered and read: no browser is needed for what is looked at here."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.requests import Request

from shared.access import HOMES
from shared.i18n import LANGUAGES, labels, translator
from shared.web.pages import Pages
from tests.browser.samples import PAGES, ROOT
from tests.browser.sign_in_samples import MIKA

VOID = {"meta", "link", "input", "br", "rect", "circle", "path"}
SERVICES = ("intake", "matching", "notify", "stats")
SCRIPTS = {
    "status.html": "/static/live.js",
    "sign_in.html": "/static/passkeys.js",
    "passkeys.html": "/static/passkeys.js",
}
"""Of pages that may run one; they are as good without it."""
NO_CASES: dict[str, Any] = {"cases": [], "counts": {}, "state": None, "places": {}}
EVERY_PAGE = [pytest.param(*rest, id=name) for name, *rest in PAGES]


class Outline(HTMLParser):
    """What is to be known of a page's structure: it complains where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.wrapped: set[int] = set()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] += 1
        if "label" in self._open:
            self.wrapped.add(len(self.attributes))
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open[-3:]}"
        self._open.pop()

    def of(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.attributes if name in attributes]


def request(query: str = "", method: str = "GET", path: str = "/here") -> Request:
    return Request(
        {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": [],
         "scheme": "http", "server": ("localhost", 80)}
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages() -> dict[str, Pages]:
    return {service: Pages(ROOT / "services" / service / "templates") for service in SERVICES}


def shown(pages: dict[str, Pages], name: str, language: str = "en", **changes: object) -> str:
    service, template, context = next(rest for (found, *rest) in PAGES if found == name)
    response = pages[service].render(request(), template, language=language, **{**context, **changes})
    return bytes(response.body).decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("service", "template", "context"), EVERY_PAGE)
def test_it_is_sound_html(pages, service, template, context, language) -> None:
    html = bytes(pages[service].render(request(), template, language=language, **context).body).decode()
    outline = Outline(html)
    assert html.startswith("<!doctype html>")
    assert outline.attributes[0][1]["lang"] == ("ja" if language == "ja-simple" else language)
    assert (outline.counts["h1"], outline.counts["main"], outline.counts["title"] >= 1) == (1, 1, True)
    ids = Counter(outline.of("id"))
    assert not [name for name, count in ids.items() if count > 1]
    referred = outline.of("for") + " ".join(outline.of("aria-labelledby")).split()
    assert set(referred) <= set(ids)
    for place, (tag, attributes) in enumerate(outline.attributes):
        if tag in ("input", "select") and attributes.get("type") != "hidden":
            assert place in outline.wrapped or attributes["id"] in outline.of("for"), attributes


@pytest.mark.parametrize(("service", "template", "context"), EVERY_PAGE)
def test_it_needs_no_script_and_no_inline_style(pages, service, template, context) -> None:
    outline = Outline(bytes(pages[service].render(request(), template, language="ja", **context).body).decode())
    scripts = outline.of("src")
    assert scripts in ([], [SCRIPTS.get(template)]) and outline.counts["script"] == len(scripts), (
        "none in the page itself"
    )
    assert (outline.counts["style"], outline.of("style")) == (0, [])
    assert not [name for _, attributes in outline.attributes for name in attributes if name.startswith("on")]


def test_an_open_offer_has_three_answers_and_names_nobody(pages) -> None:
    html = shown(pages, "offer-open")
    assert Outline(html).of("action") == [f"/offers/tok.en/{what}" for what in ("accept", "decline", "pause")]
    for text in (
        "Vietnamese, English",
        "Wed, 3 Dec 2025, 14:00–15:30",
        "17:20 (in 5 hours)",
        "Tsukuba City"[:7],
    ):
        assert text in html
    assert "Nguyễn" not in html


def test_the_resident_is_shown_to_the_assigned_alone_and_escaped(pages) -> None:
    assert "Nguyễn Thị &lt;An&gt;" in shown(pages, "offer-assigned")
    for name, *_ in PAGES:
        if name not in ("offer-assigned", "desk-case-open"):
            assert "Nguyễn" not in shown(pages, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_is_told_of_everybody_who_may_open_their_data(pages, language) -> None:
    """The desk is a coordinator's, and opens who it is for a reason (docs/privacy.md)."""
    kept = shown(pages, "resident-accepted", language).rpartition("<section")[2]
    coordinator = labels.label("role", "coordinator", translator(language))
    assert coordinator.casefold() in kept.casefold()


@pytest.mark.parametrize("name", ["offer-answered", "offer-taken", "offer-reported", "link-used"])
def test_where_nothing_is_left_to_do_there_is_no_form(pages, name) -> None:
    assert "<form" not in shown(pages, name)


def test_a_language_without_a_catalogue_is_answered_in_english_and_says_so(pages) -> None:
    html = shown(pages, "offer-open", language="ne")
    assert "We have no translation into Nepali yet, so this is in English." in html
    assert '<html lang="en"' in html
    assert "We have no translation" not in shown(pages, "offer-open", language="vi")


def test_the_totals_are_the_programmes(pages) -> None:
    assert '<td data-label="Received" class="number">1,806</td>' in shown(pages, "dashboard")


def test_the_map_has_all_municipalities_and_says_its_content_in_words(pages) -> None:
    html = shown(pages, "dashboard")
    assert html.count('<g class="tile') == 44
    assert "731 in all; most in Tsukuba: 312." in html


def test_a_chosen_language_goes_along(pages) -> None:
    html = bytes(
        pages["matching"].render(request("lang=vi&state=open"), "cases.html", language="vi", **NO_CASES).body
    ).decode()
    assert 'href="/cases?lang=vi"' in html
    assert 'href="?state=open&amp;lang=ja-simple"' in html


def test_the_head_says_who_is_signed_in_and_lets_them_out(pages) -> None:
    here = request()
    here.state.actor, here.state.signed_in = MIKA, True
    html = bytes(pages["matching"].render(here, "cases.html", language="en", **NO_CASES).body).decode()
    assert "Coordinator <b>mika</b>" in html and Outline(html).of("action") == ["/sign-out"]
    here.state.signed_in = False
    html = bytes(pages["matching"].render(here, "cases.html", language="en", **NO_CASES).body).decode()
    assert "mika" not in html, "who came by a link is not signed in"


@pytest.mark.parametrize("role", {role for homes in HOMES.values() for role in homes})
def test_the_first_page_leads_whoever_signs_in_to_a_page_of_theirs(pages, role) -> None:
    links = Outline(shown(pages, "home")).of("href")
    own = [(service, homes[role]) for service, homes in HOMES.items() if role in homes]
    assert [path for service, path in own if {path, f"http://{service}.example{path}"} & set(links)]


def test_a_refusal_names_who_the_page_is_for_in_the_readers_language(pages) -> None:
    assert "コーディネーター、連携団体" in shown(pages, "problem-wrong_role", "ja")
    assert "told in English" not in shown(pages, "problem-wrong_role", "ja")


def test_headers(pages) -> None:
    response = pages["intake"].problem(request(), 404, language="ja")
    assert response.status_code == 404
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-language"] == "ja"
