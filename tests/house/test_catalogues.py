"""The message catalogues hold exactly the texts of the sources, translated."""

import re

import pytest

from shared.i18n import LANGUAGES
from shared.i18n.update import collected, existing, forms, messages

TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
COLLECT = "run `make messages`"


@pytest.fixture(scope="module")
def sources() -> set[str]:
    return {forms(message.id)[0] for message in messages(collected())}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_missing_or_left_over(language: str, sources: set[str]) -> None:
    known = {forms(message.id)[0] for message in messages(existing(language))}
    assert sources - known == set(), f"{COLLECT}, then translate them in the catalogue of {language}"
    assert known - sources == set(), f"{COLLECT}: no source says these any more"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_with_its_placeholders(language: str) -> None:
    catalogue = existing(language)
    for message in messages(catalogue):
        assert all(text.strip() for text in forms(message.string)), f"translate it into {language}: {message.id}"
        assert not message.fuzzy, f"look at the translation and take `fuzzy` away: {message.id}"
        assert not list(message.check(catalogue)), message.id
        for text in forms(message.string):
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(forms(message.id)[-1])), message.id
