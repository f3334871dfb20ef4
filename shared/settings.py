"""What every service is told from outside: environment variables that begin with TSUNAGU_."""

import sys
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kafka.connection import Kafka


class Settings(BaseSettings):
    """`kafka`: host:port of the brokers. `mongo`: URL of the database server. `clock`: file of a stepped clock.

    `topics_generation`: of our topics; 2 and more have names that end with it (docs/topics.md).
    `network_jwks`: file of the network's public keys. `letter_key`: what this service seals for itself with.
    `sign_in_secret`: signs the one-time links that people sign in with. `max_body`: bytes of a request.
    `requests_a_minute`: of one session, API key, link or address.
    `stop_after`: so many records that cannot be used, and at least the share `stop_share` of all, within ten minutes stop
    the kernel (shared.kernel.limit); 0: never.
    `batches_at_once`: the kernel's gear: 1, one after the other; 3, one is told while the next is written and a third folded.
    `kafka_wait_ms`: how long an empty fetch waits for records; small for the embedded broker, 100 elsewhere is fine.
    """

    model_config = SettingsConfigDict(env_prefix="TSUNAGU_")

    kafka: str
    kafka_user: str = ""
    kafka_password: str = ""
    topics_generation: int = Field(default=1, ge=1)
    kafka_wait_ms: int = Field(default=10, ge=1, le=5000)
    mongo: str
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=1, le=65535)
    clock: Path | None = None
    network_jwks: Path
    letter_key: str = Field(min_length=32)
    sign_in_secret: str = Field(min_length=32)
    max_body: int = Field(default=65_536, ge=1)
    requests_a_minute: int = Field(default=600, ge=1)
    log_level: str = "INFO"
    batches_at_once: int = Field(default=1, ge=1, le=8)
    stop_after: int = Field(default=20, ge=0)
    stop_share: float = Field(default=0.5, gt=0, le=1)
    sweep_seconds: float = Field(default=0.2, gt=0)
    url_intake: str = "http://127.0.0.1:8101"
    url_matching: str = "http://127.0.0.1:8102"
    url_notify: str = "http://127.0.0.1:8103"
    url_stats: str = "http://127.0.0.1:8104"

    def broker(self) -> Kafka:
        return Kafka(self.kafka, self.kafka_user, self.kafka_password, self.topics_generation)


T = TypeVar("T", bound=BaseSettings)


def read(model: type[T]) -> T:
    """The settings, or every missing or wrong one named at once and the process ended with 2."""
    try:
        return model()
    except ValidationError as error:
        _give_up(model, error)


def _give_up(model: type[BaseSettings], error: ValidationError) -> NoReturn:
    for e in error.errors():
        name = "TSUNAGU_" + "_".join(map(str, e["loc"])).upper()
        print(f"{name}: {e['msg']}", file=sys.stderr)
    print(f"{len(error.errors())} settings to mend; see docs/settings.md", file=sys.stderr)
    raise SystemExit(2)
