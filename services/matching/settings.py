"""Matching's settings: the common ones, and the keys to what it keeps of supporters."""

from typing import Annotated

from pydantic import Field

from shared.setting_types import WrappingKeysFile
from shared.settings import Settings


class MatchingSettings(Settings):
    """`wrapping_keys`: file of what wraps data keys. `max_upload`: bytes of a roster's CSV file."""

    wrapping_keys: Annotated[WrappingKeysFile, Field(description="file of the wrapping keys, of `tsunagu keys make`")]
    max_upload: int = Field(default=5_000_000, ge=1)
