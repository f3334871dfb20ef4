"""Where the network is that a command speaks of: what the environment says, else the stack that runs here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.info import StackInfo, read_stack
from deploy.local.keys import Keys
from deploy.local.settings import LocalSettings
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka

SERVICES = ("intake", "matching", "notify", "stats")
DEFAULT_PORTS = {"intake": 8101, "matching": 8102, "notify": 8103, "stats": 8104}


@dataclass(frozen=True)
class Where:
    """`urls`: base URL of each service; `public_keys`: file of the network's JWK set; `smtp`: host:port;
    `sign_in_secret`: signs one-time links. `wrapping_keys`: file of what wraps people's data keys.
    """

    kafka: Kafka
    mongo: str
    urls: Mapping[str, str]
    public_keys: Path | None
    inbox: str | None = None
    smtp: str | None = None
    sign_in_secret: str | None = None
    wrapping_keys: Path | None = None


def running() -> StackInfo | None:
    """The embedded stack of this folder, or the demo's."""
    home = LocalSettings().home
    return read_stack(home) or read_stack(demo_home(home))


def demo_home(home: Path) -> Path:
    """The demo starts from nothing each time: it must not touch what `tsunagu up` has kept."""
    return home / "demo"


def find() -> Where:
    """Raises TsunaguError where nothing runs and nothing is said."""
    stack = running()
    env = os.environ
    if stack:
        a = stack.addresses
        return Where(kafka_of(a.kafka), a.mongo, a.services, a.keys / "network-public.json", a.inbox,
                     a.smtp, Keys(a.keys).sign_in_secret.read_text(encoding="utf-8"), Keys(a.keys).wrapping)  # fmt: skip
    if "TSUNAGU_KAFKA" in env and "TSUNAGU_MONGO" in env:
        urls = {name: env.get(f"TSUNAGU_URL_{name.upper()}", f"http://127.0.0.1:{port}")
                for name, port in DEFAULT_PORTS.items()}  # fmt: skip
        keys, wrapping = env.get("TSUNAGU_NETWORK_JWKS"), env.get("TSUNAGU_WRAPPING_KEYS")
        return Where(kafka_of(env["TSUNAGU_KAFKA"]), env["TSUNAGU_MONGO"], urls, Path(keys) if keys else None,
                     smtp=env.get("TSUNAGU_SMTP"), sign_in_secret=env.get("TSUNAGU_SIGN_IN_SECRET"),
                     wrapping_keys=Path(wrapping) if wrapping else None)  # fmt: skip
    raise TsunaguError(
        "no network runs here: start one with `tsunagu up` (or `make up`), "
        "or set TSUNAGU_KAFKA and TSUNAGU_MONGO to the addresses of one"
    )


def kafka_of(servers: str) -> Kafka:
    return Kafka(servers, os.environ.get("TSUNAGU_KAFKA_USER", ""), os.environ.get("TSUNAGU_KAFKA_PASSWORD", ""))


def secret_of(where: Where) -> str:
    """What signs one-time links. Raises TsunaguError where it is not known."""
    if where.sign_in_secret is None:
        raise TsunaguError("set TSUNAGU_SIGN_IN_SECRET to that of the services: it signs links to sign in with")
    return where.sign_in_secret
