"""Settings by which services and the command line reach brokers and database: environment variables TSUNAGU_…, or files
in the folder that TSUNAGU_SECRETS_DIR names.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kafka.connection import Kafka
from shared.setting_types import Certificates, File, MongoUrl, Password, Servers
from shared.tls import Tls, check_own

SECRETS_DIR = "TSUNAGU_SECRETS_DIR"
PREFIX = "TSUNAGU_"


class Read(BaseSettings):
    """The environment comes before the folder; what is empty is not set. No value stands in an error."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, hide_input_in_errors=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"_secrets_dir": os.environ.get(SECRETS_DIR) or None, **given})


class Brokers(Read):
    """`kafka`: host:port, comma separated. `kafka_tls`: encrypted; `kafka_ca`, `kafka_cert`, `kafka_key`: see shared.tls.Tls.

    `topics_generation`: of our topics; 2 and more have names that end with it (docs/topics.md).
    """

    # A field's check sees those above it, so that what belongs together is told with all the rest, at once.
    kafka: Annotated[Servers, Field(description="brokers, host:port[,host:port]")]
    kafka_tls: bool = False
    kafka_ca: Certificates | None = None
    kafka_key: File | None = None
    kafka_cert: Certificates | None = Field(default=None, validate_default=True)
    kafka_user: str = ""
    kafka_password: Password = Field(default="", validate_default=True)
    topics_generation: int = Field(default=1, ge=1, le=9999)

    def broker(self) -> Kafka:
        tls = Tls(self.kafka_ca, self.kafka_cert, self.kafka_key) if self.kafka_tls else None
        return Kafka(self.kafka, self.kafka_user, self.kafka_password, self.topics_generation, tls)

    @field_validator("kafka_ca", "kafka_key", "kafka_cert")
    @classmethod
    def _file(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        return _with_tls(file, info)

    @field_validator("kafka_cert")
    @classmethod
    def _own(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file and "kafka_key" in info.data:
            check_own(file, info.data["kafka_key"])
        if not file and info.data.get("kafka_key"):
            raise ValueError("is missing: the certificate of TSUNAGU_KAFKA_KEY")
        return file

    @field_validator("kafka_password")
    @classmethod
    def _secret(cls, password: str, info: ValidationInfo) -> str:
        return _with_user(password, info)


class Database(Read):
    """`mongo`: URL. `mongo_tls`: encrypted; `mongo_ca`, `mongo_cert`: see shared.tls.Tls; the driver wants our certificate
    and its key in one file.
    """

    mongo: Annotated[MongoUrl, Field(description="URL of the database, mongodb://host:port/")]
    mongo_tls: bool = False
    mongo_ca: Certificates | None = None
    mongo_cert: Certificates | None = None
    mongo_user: str = ""
    mongo_password: Password = Field(default="", validate_default=True)

    def database(self) -> str:
        """The URL with user, password and certificates in it, as every MongoDB client takes it: as secret as these."""
        scheme, _, rest = self.mongo.partition("://")
        who = f"{quote_plus(self.mongo_user)}:{quote_plus(self.mongo_password)}@" if self.mongo_user else ""
        more = {"tls": "true", "tlsCAFile": self.mongo_ca, "tlsCertificateKeyFile": self.mongo_cert}
        said = urlencode({name: value for name, value in more.items() if value}) if self.mongo_tls else ""
        return _with_options(f"{scheme}://{who}{rest}", said)

    @field_validator("mongo_ca", "mongo_cert")
    @classmethod
    def _mongo_file(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        return _with_tls(file, info)

    @field_validator("mongo_cert")
    @classmethod
    def _mongo_own(cls, file: Path | None) -> Path | None:
        if file:
            check_own(file, None)
        return file

    @field_validator("mongo_user")
    @classmethod
    def _only(cls, user: str, info: ValidationInfo) -> str:
        if user and "@" in info.data.get("mongo", ""):
            raise ValueError("TSUNAGU_MONGO has a user already: give it in one place")
        return user

    @field_validator("mongo_password")
    @classmethod
    def _mongo_secret(cls, password: str, info: ValidationInfo) -> str:
        return _with_user(password, info)


class Connections(Brokers, Database):
    """Both."""

    def files(self) -> Mapping[str, Path]:
        """Setting → the file that it names; of those that do."""
        return {name: value for name, value in self if isinstance(value, Path)}


def _with_tls(file: Path | None, info: ValidationInfo) -> Path | None:
    switch = f"{str(info.field_name).partition('_')[0]}_tls"
    if file and not info.data.get(switch, True):
        raise ValueError(f"is for encrypted connections: set {PREFIX}{switch.upper()}=true, too")
    return file


def _with_user(password: str, info: ValidationInfo) -> str:
    name = str(info.field_name).replace("password", "user")
    if info.data.get(name) and not password:
        raise ValueError(f"is missing: the password of {PREFIX}{name.upper()}")
    if password and not info.data.get(name, True):
        raise ValueError(f"has no user: set {PREFIX}{name.upper()}, too")
    return password


def _with_options(url: str, options: str) -> str:
    """`options`: as of a query."""
    if not options:
        return url
    head, _, said = url.partition("?")
    head = head if "/" in head.partition("://")[2] else head + "/"
    return f"{head}?{'&'.join(filter(None, (said, options)))}"
