"""Matching's settings: the common ones, and the keys to what it keeps of supporters."""

from pathlib import Path

from shared.settings import Settings


class MatchingSettings(Settings):
    """`wrapping_keys`: file of what wraps data keys. `max_upload`: bytes of a roster's CSV file."""

    wrapping_keys: Path
    max_upload: int = 5_000_000
