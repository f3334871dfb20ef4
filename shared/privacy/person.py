"""What is kept of a person, and nothing else: identity, ways to reach them, what one should know."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _readable(name: str) -> str:
    if not any(sign.isalnum() for sign in name):
        raise ValueError("it has no letter that could be read")
    return name


class Resident(BaseModel):
    """What a partner seals. `contacts`: phone, mail or how else to be reached; `note`: what helps to help."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable)]
    contacts: str = Field(default="", max_length=1000)
    note: str = Field(default="", max_length=4000)


class Contact(BaseModel):
    """How a supporter is reached; for notify alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = ""
    email: str = ""
    phone: str = ""
