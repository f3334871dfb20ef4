"""What a stack will consist of, decided before anything is started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import parts
from deploy.local.addresses import Addresses, addresses
from deploy.local.environment import service_env
from deploy.local.home import Home
from deploy.local.keys import Keys, make_keys
from deploy.local.part import Part
from deploy.local.ports import PORT_NAMES, choose_ports
from deploy.local.settings import LocalSettings


@dataclass(frozen=True)
class Services:
    """What a caller may choose about the services.

    `commands`: by service, what to run; one that is missing is not started. `extra_env`: by service,
    more environment variables. `clock`: a file the services take the time from.
    """

    commands: Mapping[str, Sequence[str]] = field(default_factory=lambda: parts.SERVICE_COMMANDS)
    extra_env: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clock: Path | None = None


@dataclass(frozen=True)
class Plan:
    """`backing`: broker, database, mail, in the order of their start, as far as they are embedded."""

    where: Addresses
    ports: Mapping[str, int]
    backing: Sequence[Part]
    services: Sequence[Part]
    notes: Sequence[str]


def make_plan(settings: LocalSettings, chosen: Services) -> Plan:
    """Choose the ports and make the keys. Raises PortsTaken."""
    home = Home(settings.home)
    choice = choose_ports(settings, _needed_ports(settings))
    keys = make_keys(home.keys)
    where = addresses(settings, choice.ports, keys.folder)
    return Plan(
        where=where,
        ports=choice.ports,
        backing=_backing(settings, choice.ports, where, home),
        services=_services(settings, choice.ports, where, keys, chosen),
        notes=choice.notes,
    )


def _needed_ports(settings: LocalSettings) -> list[str]:
    given = {"broker": settings.kafka, "db": settings.mongo}
    return [name for name in PORT_NAMES if not given.get(name)]


def _backing(settings: LocalSettings, ports: Mapping[str, int], where: Addresses, home: Home) -> list[Part]:
    patience = settings.ready_within
    backing: list[Part] = []
    if not settings.kafka:
        backing.append(parts.broker(ports["broker"], home, patience))
    if not settings.mongo:
        backing.append(parts.database(ports["db"], where.mongo, home, patience))
    backing.append(parts.mail(ports["smtp"], ports["inbox"], home, patience))
    return backing


def _services(
    settings: LocalSettings, ports: Mapping[str, int], where: Addresses, keys: Keys, chosen: Services
) -> list[Part]:
    home = Home(settings.home)

    def service(name: str, command: Sequence[str]) -> Part:
        env = service_env(name, ports[name], where, keys, chosen.clock)
        env |= chosen.extra_env.get(name, {})
        return parts.service(name, command, ports[name], env, home, settings.ready_within)

    return [service(name, command) for name, command in chosen.commands.items()]
