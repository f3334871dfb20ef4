"""Where the network is that a command speaks of: what the environment says, else the stack that runs here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.info import StackInfo, read_stack
from deploy.local.settings import LocalSettings
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka

SERVICES = ("intake", "matching", "notify", "stats")
DEFAULT_PORTS = {"intake": 8101, "matching": 8102, "notify": 8103, "stats": 8104}


@dataclass(frozen=True)
class Where:
    """`urls`: base URL of each service; `public_keys`: file of the network's JWK set."""

    kafka: Kafka
    mongo: str
    urls: Mapping[str, str]
    public_keys: Path | None
    inbox: str | None = None


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
        return Where(kafka_of(a.kafka), a.mongo, a.services, a.keys / "network-public.json", a.inbox)
    if "TSUNAGU_KAFKA" in env and "TSUNAGU_MONGO" in env:
        urls = {name: env.get(f"TSUNAGU_URL_{name.upper()}", f"http://127.0.0.1:{port}")
                for name, port in DEFAULT_PORTS.items()}  # fmt: skip
        keys = env.get("TSUNAGU_NETWORK_JWKS")
        return Where(kafka_of(env["TSUNAGU_KAFKA"]), env["TSUNAGU_MONGO"], urls, Path(keys) if keys else None)
    raise TsunaguError(
        "no network runs here: start one with `tsunagu up` (or `make up`), "
        "or set TSUNAGU_KAFKA and TSUNAGU_MONGO to the addresses of one"
    )


def kafka_of(servers: str) -> Kafka:
    return Kafka(servers, os.environ.get("TSUNAGU_KAFKA_USER", ""), os.environ.get("TSUNAGU_KAFKA_PASSWORD", ""))
