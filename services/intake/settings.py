"""Intake's settings: the common ones, and the secrets that residents' data and links need."""

from typing import Annotated

from pydantic import Field

from shared.setting_types import PrivateKeys, Secret, WrappingKeysFile
from shared.settings import Settings


class IntakeSettings(Settings):
    """`network_key`: file of the network's private keys, which open what partners seal. `wrapping_keys`: file of what
    wraps residents' data keys. `link_secret`: signs the links to residents' pages.
    """

    network_key: Annotated[PrivateKeys, Field(description="file of the network's private keys, of `tsunagu keys make`")]
    wrapping_keys: Annotated[WrappingKeysFile, Field(description="file of the wrapping keys, of `tsunagu keys make`")]
    link_secret: Annotated[Secret, Field(description="32 characters or more, a secret of intake and notify")]
