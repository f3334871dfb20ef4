"""Stats' settings: the common ones."""

from shared.settings import Settings


class StatsSettings(Settings):
    """`fresh_seconds`: how old the figures on page and metrics may be."""

    fresh_seconds: float = 5.0
