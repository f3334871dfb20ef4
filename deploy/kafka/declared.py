"""`network.toml` as it was read: topics, users and what each may do. Nothing else says what the network is on Kafka.

`{service}` in a name stands for each service, `{org}` for each partner; whatever has `{org}` in it is a partner's.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.errors import TsunaguError

FILE = Path(__file__).with_name("network.toml")
SERVICE, ORG = "{service}", "{org}"

Name = Annotated[str, StringConstraints(pattern=r"^(\{service\}|\{org\}|[a-zA-Z0-9._-])+$", max_length=249)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeclaredTopic(_Section):
    """`keeps`: a name from the section of that name. `partitions`: where not the number of all."""

    keeps: str
    partitions: Count | None = None


class DeclaredUser(_Section):
    """`reads`, `writes`: topics. `groups`: prefixes of consumer groups."""

    reads: tuple[Name, ...] = ()
    writes: tuple[Name, ...] = ()
    groups: tuple[Name, ...] = ()


class Grant(NamedTuple):
    """`user` may `read` or `write` a `topic` of this name, or `read` as every `group` whose name begins so."""

    user: str
    may: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.user} may {self.may} {self.kind} {self.name}{'*' if self.kind == 'group' else ''}"


class Declared(_Section):
    """The whole file. `partitions`, `replicas`: of topics that say nothing else."""

    services: tuple[str, ...]
    partitions: Count
    replicas: Count
    keeps: Mapping[str, Mapping[str, str | int | float]]
    topics: Mapping[Name, DeclaredTopic]
    users: Mapping[Name, DeclaredUser]

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> "Declared":
        wrong = [f"topic {name}: keeps nothing named {topic.keeps!r}" for name, topic in self.topics.items()
                 if topic.keeps not in self.keeps]  # fmt: skip
        known = {name for topic in self.topics for name in self.each(topic)}
        wrong += [f"{grant}: there is no such topic" for grant in self._all()
                  if grant.kind == "topic" and grant.name not in known]  # fmt: skip
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def each(self, name: str) -> list[str]:
        """The names that it stands for; `{org}` stays."""
        return [name.replace(SERVICE, service) for service in self.services] if SERVICE in name else [name]

    def grants(self) -> list[Grant]:
        """Those that are there whoever takes part."""
        return [grant for grant in self._all() if not _is_partners(grant)]

    def grants_for(self, org: str) -> list[Grant]:
        """Those that come with a partner: its own user's, and the services' on its topics."""
        return [Grant(*(part.replace(ORG, org) for part in grant)) for grant in self._all() if _is_partners(grant)]

    def _all(self) -> Iterator[Grant]:
        for name, user in self.users.items():
            for service in self.services if SERVICE in name else ("",):
                yield from (
                    Grant(*(part.replace(SERVICE, service) for part in grant)) for grant in _granted(name, user)
                )


def _granted(name: str, user: DeclaredUser) -> Iterator[Grant]:
    yield from (Grant(name, "read", "topic", topic) for topic in user.reads)
    yield from (Grant(name, "write", "topic", topic) for topic in user.writes)
    yield from (Grant(name, "read", "group", group) for group in user.groups)


def _is_partners(grant: Grant) -> bool:
    return any(ORG in part for part in grant)


@cache
def read(file: Path = FILE) -> Declared:
    """Raises TsunaguError naming what is wrong and where."""
    try:
        return Declared.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise TsunaguError(f"{file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise TsunaguError(f"{file} is no TOML: {error}") from error
    except ValidationError as error:
        raise TsunaguError(f"{file}: {'; '.join(_told(error))}") from error


def _told(error: ValidationError) -> Iterator[str]:
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"] if part != "[key]")
        yield f"{where}: {one['msg']}" if where else one["msg"].removeprefix("Value error, ")
