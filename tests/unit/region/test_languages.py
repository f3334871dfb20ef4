"""Which language a tag stands for, and who serves for whom."""

import pytest

from shared.region import canonical_language, same_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("vi", "vi"), ("VI-vn", "vi"), ("en-US", "en"), ("es-419", "es"), ("ja-simple", "ja-simple"),
        ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"),
        ("tl", "fil"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("zh-cmn-Hans", "zh-Hans"),
        ("zh-yue", None), ("sv", None), ("english", None),
    ],
)  # fmt: skip
def test_canonical_language(tag: str, language: str | None) -> None:
    assert canonical_language(tag) == language


@pytest.mark.parametrize(
    ("wanted", "spoken", "score"),
    [
        ("vi", "vi", 1.0), ("vi-VN", "vi", 1.0), ("en-US", "en-GB", 1.0), ("sw-KE", "sw", 1.0),
        ("zh", "zh-Hans", 0.9), ("zh-CN", "zh-Hans", 0.9), ("zh-TW", "zh-Hant", 0.8),
        ("tl", "fil", 0.8), ("pt-PT", "pt-BR", 0.8), ("ja-simple", "ja", 0.8),
        ("zh-Hant", "zh-Hans", 0.0), ("vi", "th", 0.0), ("zh-yue", "zh-Hans", 0.0),
    ],
)  # fmt: skip
def test_same_language_both_ways(wanted: str, spoken: str, score: float) -> None:
    assert same_language(wanted, spoken) == same_language(spoken, wanted) == score
