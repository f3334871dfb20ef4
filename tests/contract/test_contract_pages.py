"""What the pages of the contract show a stranger: everything that the documents say."""

import pytest

from services.intake.contracts.codes import PROBLEMS, REJECTIONS
from services.intake.contracts.openapi import operations
from shared import region
from shared.contracts.fields import rows
from shared.i18n import LANGUAGES
from shared.web.pages import Pages
from tests.browser.contract_samples import CONTRACT_PAGES, EVENTS, HTTP
from tests.browser.test_templates import ROOT, request

PAGES = Pages(ROOT / "services" / "intake" / "templates")


def page(name: str, language: str = "en") -> str:
    template, context = next((template, context) for found, _, template, context in CONTRACT_PAGES if found == name)
    return bytes(PAGES.render(request(), template, language=language, **context).body).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_message_and_field_is_on_the_page_of_the_events(language: str) -> None:
    html = page("contract-events", language)
    known = EVENTS["components"]["schemas"]
    for channel in EVENTS["channels"].values():
        assert f"<code>{channel['address']}</code>" in html
        for key in channel["messages"]:
            message = EVENTS["components"]["messages"][key]
            assert f"<code>{message['name']}</code>" in html
            if not key.endswith(".structured"):
                for row in rows(message["payload"], known):
                    assert f"<code>{row.name}</code>" in html
    assert html.count("application/cloudevents+json") >= 4, "the header, and each that partners write"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_call_and_parameter_is_on_the_page_of_the_api(language: str) -> None:
    html = page("contract-api", language)
    for method, path, call in operations(HTTP):
        assert f"{method.upper()} {path}</code>" in html
        for parameter in call.get("parameters", ()):
            assert f"<code>{parameter['in']} {parameter['name']}</code>" in html
        for status in call["responses"]:
            assert f'<th scope="row">{status}</th>' in html


@pytest.mark.parametrize("name", ["contract-events", "contract-api"])
def test_every_code_is_explained(name: str) -> None:
    html = page(name)
    codes = [*REJECTIONS, *region.categories(), *region.languages(), *region.municipalities()]
    assert [code for code in codes if f"<code>{code}</code>" not in html] == []
    if name == "contract-api":
        assert [code for code in PROBLEMS if f"<code>{code}</code>" not in html] == []


@pytest.mark.parametrize("name", ["contract-events", "contract-api"])
def test_nothing_comes_from_elsewhere(name: str) -> None:
    html = page(name)
    assert 'src="' not in html and 'href="http' not in html


def test_the_page_says_what_limits_a_field() -> None:
    html = page("contract-events")
    for told in ("1 to 5 entries", "each at most 35 characters", "<code>in_person</code>, <code>phone</code>"):
        assert told in html
