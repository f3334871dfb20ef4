"""Where the running stack can be reached."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.ports import HOST
from deploy.local.settings import LocalSettings

SERVICES = ("intake", "matching", "notify", "stats")


class Addresses(BaseModel):
    """`kafka`: bootstrap servers; `mongo`: a URL; `smtp`: `host:port`; `inbox` and each of
    `services`: base URLs without a slash at the end; `keys`: the folder with the key files."""

    model_config = ConfigDict(frozen=True)

    kafka: str
    mongo: str
    smtp: str
    inbox: str
    services: dict[str, str]
    keys: Path


def addresses(settings: LocalSettings, ports: Mapping[str, int], keys: Path) -> Addresses:
    """The addresses that follow from `ports`, or were given in `settings` instead."""
    return Addresses(
        kafka=settings.kafka or f"{HOST}:{ports['broker']}",
        mongo=settings.mongo or _mongo_url(ports["db"]),
        smtp=f"{HOST}:{ports['smtp']}",
        inbox=f"http://{HOST}:{ports['inbox']}",
        services={name: f"http://{HOST}:{ports[name]}" for name in SERVICES},
        keys=keys,
    )


def _mongo_url(port: int) -> str:
    # The default write concern loses acknowledged writes when the database is killed.
    return f"mongodb://{HOST}:{port}/?directConnection=true&w=majority&journal=true"
