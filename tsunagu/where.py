"""Where the network is that a command speaks of: what the environment says, else the stack that runs here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from deploy.local.info import StackInfo, read_stack
from deploy.local.keys import Keys
from deploy.local.settings import LocalSettings
from shared.connections import SECRETS_DIR, Brokers, Connections, Database
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.setting_types import ClockFile, MailServer, SiteUrl
from shared.settings import made

SERVICES = ("intake", "matching", "notify", "stats")
NEEDED = ("TSUNAGU_KAFKA", "TSUNAGU_MONGO")
NamedFile = Annotated[Path | None, BeforeValidator(lambda said: said or None)]
"""Whether it is there is asked when it is needed."""


class CommandLine(Connections):
    """`sign_in_secret`: TSUNAGU_SIGN_IN_SECRET, by those who make links to sign in with. `url_…`, `reach_…`: where services
    answer people, and this program where that is elsewhere. `network_jwks`, `network_key`, `wrapping_keys`: files, by those
    who need them.
    """

    sign_in_secret: str | None = Field(default=None, min_length=32, repr=False)
    smtp: MailServer | None = None
    clock: ClockFile | None = None
    network_jwks: NamedFile = None
    network_key: NamedFile = None
    wrapping_keys: NamedFile = None
    url_intake: SiteUrl = "http://127.0.0.1:8101"
    url_matching: SiteUrl = "http://127.0.0.1:8102"
    url_notify: SiteUrl = "http://127.0.0.1:8103"
    url_stats: SiteUrl = "http://127.0.0.1:8104"
    reach_intake: SiteUrl | None = None
    reach_matching: SiteUrl | None = None
    reach_notify: SiteUrl | None = None
    reach_stats: SiteUrl | None = None

    def sites(self, what: str) -> dict[str, str]:
        """Service → its `url` or `reach`; of those that have one."""
        found = {name: getattr(self, f"{what}_{name}") for name in SERVICES}
        return {name: site for name, site in found.items() if site}


@dataclass(frozen=True)
class Where:
    """`urls`: base URL of each service; `public_keys`: file of the network's JWK set; `smtp`: host:port;
    `sign_in_secret`: signs one-time links. `wrapping_keys`: file of what wraps people's data keys. `network_key`: file of
    the network's private keys. `clock`: file of the clock that the services go by, if it is not the real one. `reach`: where
    a service answers this program, if not where it answers people.
    """

    kafka: Kafka
    mongo: str = field(repr=False)
    urls: Mapping[str, str]
    public_keys: Path | None
    inbox: str | None = None
    smtp: str | None = None
    sign_in_secret: str | None = field(default=None, repr=False)
    wrapping_keys: Path | None = None
    network_key: Path | None = None
    clock: Path | None = None
    reach: Mapping[str, str] = field(default_factory=dict)

    def at(self, service: str) -> str:
        """Base URL of a service for this program itself: inside containers, another than people's."""
        return self.reach.get(service) or self.urls[service]


def running() -> StackInfo | None:
    """The embedded stack of this folder, or the demo's."""
    home = made(LocalSettings).home
    return read_stack(home) or read_stack(demo_home(home))


def demo_home(home: Path) -> Path:
    """The demo starts from nothing each time: it must not touch what `tsunagu up` has kept."""
    return home / "demo"


def find() -> Where:
    """Raises TsunaguError where nothing runs and nothing is said, or what is said is another than what runs."""
    stack = running()
    if stack:
        _must_be_meant(stack)
        a = stack.addresses
        keys, clock = Keys(a.keys), stack.env.get("intake", {}).get("TSUNAGU_CLOCK")
        return Where(kafka_of(a.kafka), mongo_of(a.mongo), a.services, keys.network_public, a.inbox,
                     a.smtp, keys.sign_in_secret.read_text(encoding="utf-8"), keys.wrapping,
                     keys.network_private, Path(clock) if clock else None)  # fmt: skip
    if all(name in os.environ for name in NEEDED) or SECRETS_DIR in os.environ:
        at = made(CommandLine)
        return Where(at.broker(), at.database(), at.sites("url"), at.network_jwks, smtp=at.smtp,
                     sign_in_secret=at.sign_in_secret, wrapping_keys=at.wrapping_keys, network_key=at.network_key,
                     clock=at.clock, reach=at.sites("reach"))  # fmt: skip
    raise TsunaguError(
        "no network runs here: start one with `tsunagu up` (or `make up`), "
        "or set TSUNAGU_KAFKA and TSUNAGU_MONGO to the addresses of one"
    )


def _must_be_meant(stack: StackInfo) -> None:
    said, runs = os.environ.get("TSUNAGU_KAFKA"), stack.addresses.kafka
    if said and said != runs:
        raise TsunaguError(
            f"which network? In this folder one runs with its broker at {runs}, and TSUNAGU_KAFKA says {said}: "
            "unset it, or call this from another folder"
        )


def kafka_of(servers: str) -> Kafka:
    """As the environment has it besides its address. Raises TsunaguError."""
    return made(Brokers, kafka=servers).broker()


def mongo_of(url: str) -> str:
    """The same of a database."""
    return made(Database, mongo=url).database()


def secret_of(where: Where) -> str:
    """What signs one-time links. Raises TsunaguError where it is not known."""
    if where.sign_in_secret is None:
        raise TsunaguError("set TSUNAGU_SIGN_IN_SECRET to that of the services: it signs links to sign in with")
    return where.sign_in_secret
