"""Matching's settings: the common ones."""

from shared.settings import Settings


class MatchingSettings(Settings):
    """`max_upload`: bytes of a roster's CSV file."""

    max_upload: int = 5_000_000
