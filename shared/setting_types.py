"""What settings are made of. Each refuses a wrong value with what is expected; never with the value of a secret."""

import os
import re
from collections.abc import Callable
from email.policy import default
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from joserfc.jwk import Key, OctKey
from pydantic import AfterValidator, BeforeValidator, Field

from shared.clock import SteppedClock
from shared.errors import TsunaguError
from shared.seal import read_keys
from shared.tls import certificates

MONGO_SCHEMES = ("mongodb://", "mongodb+srv://")
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[^\s/:@\[\]]+")
"""A name or an address; IPv6 in brackets, or nobody knows where its port begins."""


def _servers(value: str) -> str:
    servers = [server.strip() for server in value.split(",")]
    for server in servers:
        _host_and_port(server, "brokers: host:port[,host:port]")
    return ",".join(servers)


def _smtp(value: str) -> str:
    _host_and_port(value, "a mail server: host:port")
    return value


def _host_and_port(value: str, expected: str) -> None:
    host, _, port = value.rpartition(":")
    if not _HOST.fullmatch(host) or not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{_shown(value)} is not the address of {expected}")


def _shown(value: str) -> str:
    """What stands before an @ may be a password."""
    return "it" if "@" in value else repr(value)


def host_and_port(value: str) -> tuple[str, int]:
    """Of what has been found good."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def mail_address(value: str) -> str:
    """As it will stand in each mail: one that a mail server refuses would be noticed only then. Raises ValueError."""
    try:
        found = default.header_factory("From", value)
    except ValueError:  # it has several lines
        found = None
    if not found or found.defects or len(found.addresses) != 1 or not found.addresses[0].domain:
        raise ValueError(f"{value!r} is no mail address: name@example.org, or Name <name@example.org>")
    return value


def _site(value: str) -> str:
    if not _is_site(value):
        raise ValueError(f"{_shown(value)} is no address of a site: https://host[:port]")
    return value.rstrip("/")


def _is_site(value: str) -> bool:
    try:
        url = urlsplit(value)
        whole = bool(url.hostname) and url.port != 0 and not (url.query or url.fragment or url.username)
        return url.scheme in ("http", "https") and whole and not re.search(r"\s", value)
    except ValueError:  # its port is no number
        return False


def _mongo(value: str) -> str:
    """The rest of it the driver judges; nothing of it is told, for it may hold a password."""
    scheme = next((one for one in MONGO_SCHEMES if value.startswith(one)), None)
    hosts = value.removeprefix(scheme or "").partition("/")[0].rpartition("@")[2]
    if not scheme or not all(map(_is_host, hosts.split(","))):
        raise ValueError(
            "is no URL of a MongoDB database: mongodb://host:port[,host:port]/[?options]; in a user or a password "
            "before an @, every sign of :/?#[]@ is to be percent-encoded"
        )
    return value


def _is_host(value: str) -> bool:
    """With a port, or without."""
    name, colon, port = value.rpartition(":")
    if not colon or port.endswith("]"):
        return bool(value)
    return bool(name) and port.isdecimal() and 0 < int(port) < 65536


def _readable(value: Path) -> Path:
    try:
        with value.open("rb"):
            return value
    except OSError as error:
        raise ValueError(f"the file {value} cannot be read: {os.strerror(error.errno or 0)}") from error


def _certificates(value: Path) -> Path:
    certificates(value)
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _clock(value: Path) -> Path:
    try:
        SteppedClock(value).now()
    except (OSError, ValueError, OverflowError) as error:
        raise ValueError(f"{value} is no file of a stepped clock; for the real time leave it out") from error
    return value


def _keys(what: str, fits: Callable[[Key], bool]) -> AfterValidator:
    """All keys of a file: the wrong file of the right form would be noticed only when somebody's data is sealed or opened."""

    def check(value: Path) -> Path:
        try:
            found = read_keys(value).keys
        except (TsunaguError, TypeError, AttributeError):
            found = []
        if not found:
            raise ValueError(f"{value} holds no JWK set; `tsunagu keys make` makes one")
        if not all(map(fits, found)):
            raise ValueError(
                f"{value} holds other keys than {what}; `tsunagu keys make` makes these, each kind in its file"
            )
        return value

    return AfterValidator(check)


def _opens(key: Key) -> bool:
    return not isinstance(key, OctKey) and key.is_private


Port = Annotated[int, Field(ge=1, le=65535)]
Servers = Annotated[str, AfterValidator(_servers)]
"""host:port of brokers, comma separated."""
MailServer = Annotated[str, AfterValidator(_smtp)]
Sender = Annotated[str, AfterValidator(mail_address)]
SiteUrl = Annotated[str, AfterValidator(_site)]
"""Base URL, without a slash at its end."""
MongoUrl = Annotated[str, AfterValidator(_mongo), Field(repr=False)]
File = Annotated[Path, AfterValidator(_readable)]
PublicKeys = Annotated[
    Path, AfterValidator(_readable), _keys("the network's public ones", lambda key: not isinstance(key, OctKey))
]
"""Private halves beside them do no harm: they are not told."""
PrivateKeys = Annotated[Path, AfterValidator(_readable), _keys("the network's private ones", _opens)]
WrappingKeysFile = Annotated[
    Path, AfterValidator(_readable), _keys("wrapping keys", lambda key: isinstance(key, OctKey))
]
ClockFile = Annotated[Path, AfterValidator(_readable), AfterValidator(_clock)]
Certificates = Annotated[Path, AfterValidator(_readable), AfterValidator(_certificates)]
"""A file of one or more, in PEM."""
Password = Annotated[str, Field(repr=False)]
Secret = Annotated[str, Field(min_length=32, repr=False)]
"""What signs or seals."""
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
