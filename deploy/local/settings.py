"""Settings of the embedded stack, from `TSUNAGU_*` environment variables or given by the caller."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class LocalSettings(BaseSettings):
    """Every field has a working default; a port that was set is never replaced by another one.

    `kafka` (bootstrap servers, `host:port[,host:port]`) and `mongo` (a URL) stand in for the
    embedded broker and database, which are then not started.
    """

    model_config = SettingsConfigDict(env_prefix="TSUNAGU_", env_ignore_empty=True, extra="ignore")

    home: Path = Path(".tsunagu")
    kafka: str | None = None
    mongo: str | None = None

    broker_port: Port = 9092
    db_port: Port = 27017
    smtp_port: Port = 8026
    inbox_port: Port = 8025
    intake_port: Port = 8101
    matching_port: Port = 8102
    notify_port: Port = 8103
    stats_port: Port = 8104

    free_ports: bool = False
    """Take free ports for everything, whatever the settings say."""

    fresh: bool = False
    """Forget what earlier runs left in the database and the inbox. Keys and logs stay."""

    ready_within: float = Field(default=120.0, gt=0)
    """Seconds a part may take to become ready: on a slow or busy machine that is half a minute for Python alone."""

    def port(self, name: str) -> int:
        """The port set, or the default one, for `name`, for example `broker`."""
        value: int = getattr(self, f"{name}_port")
        return value

    def is_set(self, name: str) -> bool:
        """Whether somebody asked for the port of `name`, rather than it being the default."""
        return f"{name}_port" in self.model_fields_set
