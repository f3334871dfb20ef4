"""Settings of accounts: the provider by which staff may sign in (OpenID Connect). Without an issuer nobody does."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.connections import Read
from shared.setting_types import Password
from shared.web.here import is_safe
from shared.web.openid import Client


def _issuer(value: str) -> str:
    """As the provider itself writes it, to the last slash: it stands so in every id token."""
    if value and (not is_safe(value) or "?" in value or "#" in value):
        raise ValueError(f"{value!r} is no issuer: https://host[/path], as the provider writes it")
    return value


class AccountSettings(Read):
    """`oidc_issuer`: of the provider. `oidc_client_id`, `oidc_client_secret`: what it knows us by. `oidc_role_claim`: where
    the id token names the roles; a way with dots leads into an object. `oidc_handle_claim`: where it names the person.
    """

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = ""
    oidc_client_id: str = Field(default="", validate_default=True)
    oidc_client_secret: Password = Field(default="", validate_default=True)
    oidc_role_claim: str = Field(default="roles", min_length=1)
    oidc_handle_claim: str = Field(default="sub", min_length=1)

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _with_issuer(cls, value: str, info: ValidationInfo) -> str:
        issuer = info.data.get("oidc_issuer")
        if issuer and not value:
            raise ValueError("is missing: what the provider of TSUNAGU_OIDC_ISSUER knows this network by")
        if value and issuer == "":
            raise ValueError("has no provider: set TSUNAGU_OIDC_ISSUER, too")
        return value

    def accounts(self) -> Client | None:
        """None where nobody signs in by an account."""
        if not self.oidc_issuer:
            return None
        return Client(
            self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_role_claim, self.oidc_handle_claim
        )
