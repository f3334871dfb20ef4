"""What every service is told from outside: environment variables that begin with TSUNAGU_."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsError

from shared.account_settings import AccountSettings
from shared.connections import PREFIX, SECRETS_DIR, Connections
from shared.errors import TsunaguError
from shared.setting_types import ClockFile, LogLevel, Port, PublicKeys, Secret, SiteUrl


class Settings(Connections, AccountSettings):
    """`clock`: file of a stepped clock.

    `network_jwks`: file of the network's public keys. `letter_key`: what this service seals for itself with.
    `sign_in_secret`: signs the one-time links that people sign in with. `max_body`: bytes of a request.
    `requests_a_minute`: of one session, partner, link or address.
    `stop_after`: so many records that cannot be used, and at least the share `stop_share` of all, within ten minutes stop
    the kernel (shared.kernel.limit); 0: never.
    `batches_at_once`: the kernel's gear: 1, one after the other; 3, one is told while the next is written and a third folded.
    `traces`: share of the cases whose way is told to a collector of traces (docs/tracing.md); 0: none.
    `kafka_wait_ms`: how long an empty fetch waits for records; small for the embedded broker, 100 elsewhere is fine.
    """

    kafka_wait_ms: int = Field(default=10, ge=1, le=5000)
    http_host: str = "127.0.0.1"
    http_port: Annotated[Port, Field(description="port to listen on")]
    clock: ClockFile | None = None
    network_jwks: Annotated[PublicKeys, Field(description="file of the network's public keys, of `tsunagu keys make`")]
    letter_key: Annotated[Secret, Field(description="32 characters or more, a secret of this service alone")]
    sign_in_secret: Annotated[Secret, Field(description="32 characters or more, a secret of all four services")]
    max_body: int = Field(default=65_536, ge=1)
    requests_a_minute: int = Field(default=600, ge=1)
    log_level: LogLevel = "INFO"
    batches_at_once: int = Field(default=1, ge=1, le=8)
    stop_after: int = Field(default=20, ge=0)
    stop_share: float = Field(default=0.5, gt=0, le=1)
    sweep_seconds: float = Field(default=0.2, gt=0, le=60)
    traces: float = Field(default=0, ge=0, le=1)
    url_intake: SiteUrl = "http://127.0.0.1:8101"
    url_matching: SiteUrl = "http://127.0.0.1:8102"
    url_notify: SiteUrl = "http://127.0.0.1:8103"
    url_stats: SiteUrl = "http://127.0.0.1:8104"


T = TypeVar("T", bound=BaseSettings)


class WrongSettings(TsunaguError):
    """`flaws`: a line for each."""

    def __init__(self, flaws: Sequence[str]) -> None:
        super().__init__("; ".join(flaws))
        self.flaws = flaws


def read(model: type[T]) -> T:
    """The settings, or every missing or wrong one named at once and the process ended with 2."""
    try:
        return made(model)
    except WrongSettings as error:
        print(*error.flaws, sep="\n", file=sys.stderr)
        print(f"{len(error.flaws)} to mend; see docs/settings.md", file=sys.stderr)
        raise SystemExit(2) from None


def made(model: type[T], **given: Any) -> T:
    """From environment and secrets' folder, but for what is `given`. Raises WrongSettings, with all of them."""
    folder = os.environ.get(SECRETS_DIR)
    if folder and not Path(folder).is_dir():
        flaw = f"{SECRETS_DIR}: {folder} is no folder; each file in it is to be named like a variable"
        raise WrongSettings([flaw, *_besides(model, given)])
    try:
        return model(**given)
    except ValidationError as error:
        raise WrongSettings(_flaws(model, error)) from error
    except (SettingsError, OSError, UnicodeDecodeError) as error:  # a file in that folder
        raise WrongSettings([_unreadable(folder, error), *_besides(model, given)]) from error


def _unreadable(folder: str | None, error: Exception) -> str:
    """A file of that folder, and why; nothing of what is in it."""
    cause = error.__cause__ or error
    why = cause.strerror if isinstance(cause, OSError) else "it is no text"
    named = re.search(r'field "(\w+)"', str(error))
    at = f", at {PREFIX}{named[1].upper()}" if named else ""
    return f"{SECRETS_DIR}: what lies in {folder} cannot be read{at}: {why}"


def _besides(model: type[BaseSettings], given: Mapping[str, Any]) -> list[str]:
    """What is wrong in the environment alone; what is missing there may lie in the folder that cannot be read."""
    try:
        model(_secrets_dir=None, **given)
    except ValidationError as error:
        return [flaw for flaw in _flaws(model, error) if ": is missing: " not in flaw]
    return []


def _flaws(model: type[BaseSettings], error: ValidationError) -> list[str]:
    return [_flaw(model, one) for one in error.errors()]


def _flaw(model: type[BaseSettings], flaw: Mapping[str, Any]) -> str:
    """Its name, what is wrong, what is expected."""
    name, what = str(flaw["loc"][0]), str(flaw["msg"]).removeprefix("Value error, ")
    if flaw["type"] == "missing":
        what = f"is missing: {model.model_fields[name].description or 'needed'}"
    if flaw["type"] == "bool_parsing":
        what = "is no boolean: true or false"
    return f"{PREFIX}{name.upper()}: {what}"
