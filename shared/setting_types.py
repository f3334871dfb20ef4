"""What settings are made of. Each refuses a wrong value with what is expected; never with the value of a secret."""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from shared.errors import TsunaguError
from shared.seal import read_keys
from shared.tls import certificates

MONGO_SCHEMES = ("mongodb://", "mongodb+srv://")


def _servers(value: str) -> str:
    for server in value.split(","):
        _host_and_port(server.strip(), "brokers: host:port[,host:port]")
    return value


def _smtp(value: str) -> str:
    _host_and_port(value, "a mail server: host:port")
    return value


def _host_and_port(value: str, expected: str) -> None:
    host, _, port = value.rpartition(":")
    if not host or "/" in host or not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{value!r} is not the address of {expected}")


def _site(value: str) -> str:
    if not _is_site(value):
        raise ValueError(f"{value!r} is no address of a site: https://host[:port]")
    return value.rstrip("/")


def _is_site(value: str) -> bool:
    try:
        url = urlsplit(value)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0 and not url.query
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


def _keys(value: Path) -> Path:
    try:
        if read_keys(value).keys:
            return value
    except (TsunaguError, TypeError, AttributeError):
        pass
    raise ValueError(f"{value} holds no JWK set; `tsunagu keys make` makes one")


Port = Annotated[int, Field(ge=1, le=65535)]
Servers = Annotated[str, AfterValidator(_servers)]
"""host:port of brokers, comma separated."""
MailServer = Annotated[str, AfterValidator(_smtp)]
SiteUrl = Annotated[str, AfterValidator(_site)]
"""Base URL, without a slash at its end."""
MongoUrl = Annotated[str, AfterValidator(_mongo), Field(repr=False)]
File = Annotated[Path, AfterValidator(_readable)]
KeySetFile = Annotated[Path, AfterValidator(_readable), AfterValidator(_keys)]
Certificates = Annotated[Path, AfterValidator(_readable), AfterValidator(_certificates)]
"""A file of one or more, in PEM."""
Password = Annotated[str, Field(repr=False)]
Secret = Annotated[str, Field(min_length=32, repr=False)]
"""What signs or seals."""
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
