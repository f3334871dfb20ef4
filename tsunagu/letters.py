"""The desks of all services' dead letters, for commands, and which letters a command means."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clock import open_clock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import cluster_id
from shared.kernel.commands import Commands
from shared.letters.content import LetterOpener
from shared.letters.desk import LetterDesk, chosen
from shared.letters.head import Letter
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.seal import read_keys
from shared.shelf import SHELVES, shelf
from shared.store import MongoStore, connect
from tsunagu.where import SERVICES, Where

Desks = Mapping[str, LetterDesk]


class Chosen(NamedTuple):
    desk: LetterDesk
    letters: Sequence[Letter]


@asynccontextmanager
async def desks(where: Where, service: str | None) -> AsyncIterator[Desks]:
    """Of one service, or of all. Raises TsunaguError for a service that there is not."""
    if service and service not in SERVICES:
        raise TsunaguError(f"there is no service {service}: it is one of {', '.join(SERVICES)}")
    bus, cluster = KafkaBus(where.kafka), await cluster_id(where.kafka)
    await bus.start()
    try:
        yield {name: _desk(where, name, bus, cluster) for name in ([service] if service else SERVICES)}
    finally:
        await bus.stop()


def _desk(where: Where, service: str, bus: KafkaBus, cluster: str) -> LetterDesk:
    store, clock = MongoStore(connect(where.mongo), f"tsunagu_{service}"), open_clock(where.clock)
    network = read_keys(where.network_key) if where.network_key else None
    vault = None
    if where.wrapping_keys and "keys" in SHELVES[service]:
        vault = Vault(shelf(service, "keys", store, bus, clock), WrappingKeys.read(where.wrapping_keys))
    commands = Commands(service, bus, store, clock)
    return LetterDesk(where.kafka, bus, store, commands, lambda: cluster, LetterOpener(network, vault))


async def every(found: Desks) -> list[Letter]:
    """The newest first."""
    letters = [letter for desk in found.values() for letter in await desk.book.letters()]
    return sorted(letters, key=lambda letter: letter.head.at, reverse=True)


def older(letters: Collection[Letter], than: timedelta, now: datetime) -> list[Letter]:
    return [letter for letter in letters if now - letter.head.at >= than]


async def named(found: Desks, ids: Sequence[str]) -> list[Chosen]:
    """By service. Raises TsunaguError naming every id that is no letter's, or is one of several services."""
    known = {name: {letter.id: letter for letter in await desk.book.letters()} for name, desk in found.items()}
    flaws = [flaw for id in ids if (flaw := _flaw(id, [name for name in known if id in known[name]]))]
    if flaws:
        raise TsunaguError("; ".join(flaws))
    picked = {name: [letters[id] for id in dict.fromkeys(ids) if id in letters] for name, letters in known.items()}
    return [Chosen(found[name], letters) for name, letters in picked.items() if letters]


def _flaw(id: str, services: Sequence[str]) -> str:
    if not services:
        return f"there is no dead letter {id} (any more): `tsunagu dead-letters list --state any` shows all"
    if len(services) > 1:
        return f"{id} is a dead letter of {' and '.join(services)}: say which with --service"
    return ""


async def of_reason(found: Desks, reason: str) -> list[Chosen]:
    """All that are open."""
    picked = [Chosen(desk, chosen(await desk.book.letters(), reason)) for desk in found.values()]
    return [one for one in picked if one.letters]


async def untold(found: Desks) -> list[tuple[str, str]]:
    """(service, document) that is stuck, and no letter tells of it: what waits with it lay on a broker that is lost."""
    told = {name: set((await desk.book.aside()).values()) for name, desk in found.items()}
    return [
        (name, key)
        for name, desk in found.items()
        for key in sorted(await desk.releasing.every())
        if key not in told[name]
    ]


async def stuck(found: Desks, refs: Sequence[str]) -> list[tuple[LetterDesk, list[str]]]:
    """Documents that are stuck, by service; `refs`: their keys, or ids of letters that wait with them; none: all."""
    every = {name: set(await desk.releasing.every()) for name, desk in found.items()}
    if not refs:
        return [(found[name], sorted(keys)) for name, keys in every.items() if keys]
    waiting = {name: await desk.book.aside() for name, desk in found.items()}
    keys = {name: {waiting[name].get(ref, ref) for ref in refs} & every[name] for name in found}
    told = {ref for ref in refs for name in found if waiting[name].get(ref, ref) in keys[name]}
    if lacking := [ref for ref in refs if ref not in told]:
        raise TsunaguError(f"nothing is stuck there: {', '.join(lacking)}; `tsunagu dead-letters list` shows what is")
    return [(found[name], sorted(some)) for name, some in keys.items() if some]
