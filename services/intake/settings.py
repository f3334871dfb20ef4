"""Intake's settings: the common ones, and the secrets that residents' data and links need."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from shared.seal import read_keys
from shared.setting_types import PrivateKeys, Secret, WrappingKeysFile
from shared.settings import Settings


class IntakeSettings(Settings):
    """`network_key`: file of the network's private keys, which open what partners seal. `wrapping_keys`: file of what
    wraps residents' data keys. `link_secret`: signs the links to residents' pages.
    """

    network_key: Annotated[PrivateKeys, Field(description="file of the network's private keys, of `tsunagu keys make`")]
    wrapping_keys: Annotated[WrappingKeysFile, Field(description="file of the wrapping keys, of `tsunagu keys make`")]
    link_secret: Annotated[Secret, Field(description="32 characters or more, a secret of intake and notify")]

    @field_validator("network_key")
    @classmethod
    def _opens(cls, file: Path, info: ValidationInfo) -> Path:
        """All that partners can seal to; the other way round, an older private key may be left."""
        if public := info.data.get("network_jwks"):
            own = {key.thumbprint() for key in read_keys(file).keys}
            if strange := [key.kid for key in read_keys(public).keys if key.thumbprint() not in own]:
                raise ValueError(
                    f"{file} opens nothing sealed to {', '.join(map(str, strange))} of TSUNAGU_NETWORK_JWKS"
                )
        return file
