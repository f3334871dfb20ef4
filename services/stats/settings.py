"""Stats' settings: the common ones."""

from pydantic import Field

from shared.settings import Settings


class StatsSettings(Settings):
    """`fresh_seconds`: how old the figures on page and metrics may be."""

    fresh_seconds: float = Field(default=5.0, gt=0, le=3600)
