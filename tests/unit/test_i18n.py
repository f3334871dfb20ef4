"""The texts: all there, in every language, and as easy to read as they say they are."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from services.matching import policy
from services.matching.domain import offers as asks
from services.notify.domain import offers
from shared.events import referrals, responses, updates
from shared.i18n import LANGUAGES, choose, labels, names, translator, when
from shared.i18n.update import existing, forms, messages
from shared.region import categories, languages, municipalities

LONGEST_SENTENCE = 30
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def test_easy_japanese_has_short_sentences() -> None:
    for message in messages(existing("ja-simple")):
        for text in forms(message.string):
            for sentence in re.split(r"[。？！]", text):
                spoken = PLACEHOLDER.sub("", sentence).replace(" ", "")
                assert len(spoken) <= LONGEST_SENTENCE, sentence


@pytest.mark.parametrize(("language", "word"), [("ja", "使えなかった"), ("ja-simple", "つかえなかった")])
def test_a_dead_letter_came_and_could_not_be_used(language: str, word: str) -> None:
    """Not one that has not come: that would be one that is lost."""
    told = [forms(one.string)[0] for one in messages(existing(language)) if "ead letter" in forms(one.id)[0]]
    assert len(told) == 7 and all(word in text for text in told), told


def test_every_name_is_known_in_every_language() -> None:
    for language in LANGUAGES:
        texts = translator(language)
        assert all(names.category(code, texts) != code for code in categories())
        assert all(names.place(code, texts) != code for code in municipalities())
        assert all(names.language(tag, texts) not in (tag, "") for tag in languages())


def test_names_are_those_of_the_reader() -> None:
    assert names.language("ne", translator("ja")) == "ネパール語"
    assert names.language("ne", translator("vi")) == "Tiếng Nepal"
    assert names.place("08201", translator("ja-simple")) == "水戸市（みとし）"
    assert names.category("nothing-known", translator("vi")) == "nothing-known"
    assert labels.label("decline", "some_new_code", translator("en")) == "some new code"


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        ("vi", "ja", "vi"),
        ("ne", "ja", "ne"),
        ("<script>", "ja", "ja"),
        (None, "de;q=0.4, ja-JP;q=0.9", "ja"),
        (None, "fr, vi-VN;q=0.2", "vi"),
        (None, "ne", "ne"),
        (None, "*;q=0.5, ;;,q=x", "en"),
        (None, None, "en"),
    ],
)
def test_the_language_asked_for_wins_then_the_browsers(asked, header, chosen) -> None:
    assert choose(asked, header) == chosen


def test_without_a_catalogue_it_is_english_and_says_so() -> None:
    texts = translator("ne")
    assert (texts.language, texts.fell_back) == ("en", True)
    assert texts.notice == "We have no translation into Nepali yet, so this is in English."
    assert translator("vi-VN").notice is None


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("mode", get_args(referrals.Mode)),
        ("urgency", get_args(referrals.Urgency)),
        ("decline", get_args(responses.DeclineReason)),
        ("outcome", get_args(responses.Outcome)),
        ("referral", get_args(updates.State)),
        ("step", [event.type.split(".")[2] for event in updates.EVENTS]),
        ("exclusion", policy.REASONS),
        ("offer", [*get_args(asks.OfferState), *get_args(offers.OfferState)]),
        ("escalation_why", labels.LABELS["escalation"]),
    ],
)
def test_every_code_has_its_words(kind: str, codes: Sequence[str]) -> None:
    assert set(codes) <= set(labels.LABELS[kind])


AT = datetime(2025, 12, 3, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", "2025年12月3日(水) 14:00–15:30"),
        ("ja-simple", "2025年12月3日(水) 14:00–15:30"),
        ("en", "Wed, 3 Dec 2025, 14:00–15:30"),
        ("vi", "Th 4, 3 thg 12, 2025, 14:00–15:30"),
    ],
)
def test_times_are_told_in_the_regions_zone_with_the_weekday(language: str, expected: str) -> None:
    assert when.window(AT, AT + timedelta(minutes=90), translator(language)) == expected


def test_a_deadline_never_sounds_later_than_it_is() -> None:
    english = translator("en")
    assert when.remaining(AT + timedelta(hours=5, minutes=59), AT, english) == "in 5 hours"
    assert when.remaining(AT + timedelta(hours=47), AT, english) == "in 1 day"
    assert when.remaining(AT - timedelta(minutes=7), AT, translator("ja")) == "7分前"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        when.moment("2025-12-03T14:00:00", translator("en"))


def test_a_catalogue_is_parsed_once() -> None:
    """It needs no compiling: the first reader of a language waits, nobody after."""
    assert translator("ja").catalogue is translator("ja").catalogue
