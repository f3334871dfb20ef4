"""Intake's settings: the common ones, and the secrets that residents' data and links need."""

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class IntakeSettings(Settings):
    """`network_key`: file of the network's private keys, which open what partners seal. `wrapping_keys`: file of what
    wraps residents' data keys. `link_secret`: signs the links to residents' pages.
    """

    network_key: Path
    wrapping_keys: Path
    link_secret: str = Field(min_length=32)
