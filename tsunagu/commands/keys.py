"""tsunagu keys: what a network needs before its first start, and how its keys are rolled."""

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import httpx
from joserfc.jwk import KeySet

from deploy.local.files import write_whole
from deploy.local.keys import jwk_set, new_network_key
from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.privacy.vault import Lost, Vault
from shared.privacy.wrapping import WrappingKeys, new_wrapping_key
from shared.shelf import SHELVES, shelf
from shared.store import MongoStore, connect
from tsunagu.where import Where

What = Literal["sealing", "wrapping"]
FILES = {
    "sealing": (("private/network.json", "public/jwks.json"), ("network-private.json", "network-public.json")),
    "wrapping": (("wrapping/keys.json", None), ("wrapping.json", None)),
}
"""Which key → (private file, public file), as `keys make` lays them out and as the embedded stack does."""
WRAPPING = ("intake", "matching", "notify")
"""Services that read the wrapping keys, once: when they start."""


def make(directory: Path) -> None:
    """`public/jwks.json`, for everybody; `private/network.json`, for intake; `wrapping/keys.json`, for whoever opens or
    keeps people's data. Keeps what is there. No other copy: what is retired would lie in it.
    """
    private, public, wrapping = (
        directory / "private/network.json",
        directory / "public/jwks.json",
        directory / "wrapping/keys.json",
    )
    for file, mode in ((private, 0o700), (public, 0o755), (wrapping, 0o700)):
        file.parent.mkdir(mode=mode, parents=True, exist_ok=True)
    if not private.exists():
        write_whole(private, jwk_set(KeySet([new_network_key()]), private=True), 0o600)
    if not public.exists():
        write_whole(public, jwk_set(KeySet.import_key_set(json.loads(private.read_text())), private=False), 0o644)
    if not wrapping.exists():
        write_whole(wrapping, jwk_set(KeySet([new_wrapping_key()]), private=True), 0o600)
    _for_services(directory, private, public, wrapping)
    print(f"keys are in {directory}")


def roll(directory: Path, what: What) -> int:
    """A new key, first in its set; the older ones still open what they had sealed."""
    private, public = _files(directory, what)
    keys = KeySet.import_key_set(json.loads(private.read_text())).keys
    made = new_network_key() if what == "sealing" else new_wrapping_key()
    _write(private, public, KeySet([made, *keys]))
    print(f"{private}: {len(keys) + 1} keys, the newest {made.kid}")
    print("start the services again" + ("; then `tsunagu keys rewrap`" if what == "wrapping" else ""))
    return 0


def retire(directory: Path, what: What) -> int:
    """Only the newest is left: what is sealed to an older one can be opened by nobody."""
    private, public = _files(directory, what)
    keys = KeySet.import_key_set(json.loads(private.read_text())).keys
    _write(private, public, KeySet(keys[:1]), fewer=True)
    print(f"{private}: {len(keys) - 1} keys retired, {keys[0].kid} is left; start the services again")
    return 0


async def must_be_rewrapped(where: Where, directory: Path) -> None:
    """Asked before a wrapping key is retired: whoever's key lies under it then could be opened by nobody, ever.

    Raises TsunaguError.
    """
    file, _ = _files(directory, "wrapping")
    keys = WrappingKeys.read(file)
    await _must_be_known(where, keys)
    async with _vaults(where, keys) as vaults:
        old = {service: len(await vault.under_others()) for service, vault in vaults.items()}
    if any(old.values()):
        counted = ", ".join(f"{count} of {service}" for service, count in old.items() if count)
        raise TsunaguError(
            f"people's keys that lie under another key than the newest of {file}: {counted}; nothing is retired. "
            "Start the services again, run `tsunagu keys rewrap`, then retire"
        )


async def rewrap(where: Where) -> int:
    """Every person's key under the newest wrapping key, so that older ones can be retired. Raises TsunaguError, at the end,
    where some cannot be.
    """
    if where.wrapping_keys is None:
        raise TsunaguError("set TSUNAGU_WRAPPING_KEYS to the file of the wrapping keys")
    keys = WrappingKeys.read(where.wrapping_keys)
    await _must_be_known(where, keys)
    lost = []
    async with _vaults(where, keys) as vaults:
        for service, vault in vaults.items():
            try:
                print(f"{service}: {await vault.rewrap()} keys wrapped anew, with {keys.newest}")
            except Lost as error:
                lost.append(f"{service}: {error}")
    if lost:
        raise TsunaguError("; ".join(lost))
    return 0


async def _must_be_known(where: Where, keys: WrappingKeys) -> None:
    """Who began before the newest was made wraps with an older one still, and opens nothing that lies under the newest.

    Raises TsunaguError.
    """
    early = [name for name in WRAPPING if name in where.urls and await _began(where.at(name)) < keys.made]
    if early:
        raise TsunaguError(
            f"{', '.join(early)}: started before the newest wrapping key was made, and without it, or does not say when; "
            "nothing is done. Start the services again first"
        )


async def _began(url: str) -> float:
    """By Unix time; of one that is not there, it is to come; one that is there and gives no answer may know any key."""
    try:
        async with httpx.AsyncClient(timeout=5) as http:
            told = (await http.get(f"{url}/metrics")).text
    except httpx.ConnectError:
        return float("inf")
    except httpx.HTTPError:
        return 0.0
    found = re.search(r"^process_start_time_seconds (\S+)$", told, re.MULTILINE)
    return float(found[1]) if found else float("inf")


@asynccontextmanager
async def _vaults(where: Where, keys: WrappingKeys) -> AsyncIterator[Mapping[str, Vault]]:
    """Of each service that keeps keys of people."""
    bus = KafkaBus(where.kafka)
    await bus.start()
    try:
        yield {name: _vault(where, name, bus, keys) for name, shelves in SHELVES.items() if "keys" in shelves}
    finally:
        await bus.stop()


def _vault(where: Where, service: str, bus: KafkaBus, keys: WrappingKeys) -> Vault:
    store = MongoStore(connect(where.mongo), f"tsunagu_{service}")
    return Vault(shelf(service, "keys", store, bus, RealClock()), keys)


def _files(directory: Path, what: What) -> tuple[Path, Path | None]:
    for private, public in FILES[what]:
        if (directory / private).exists():
            return directory / private, directory / public if public else None
    raise TsunaguError(f"{directory} holds no {what} keys: name the folder that `tsunagu keys make` has filled")


def _write(private: Path, public: Path | None, keys: KeySet, *, fewer: bool = False) -> None:
    """Whoever starts in between never finds a public key without its private one."""
    if public and fewer:
        write_whole(public, jwk_set(keys, private=False), 0o644)
    write_whole(private, jwk_set(keys, private=True), 0o600)
    if public and not fewer:
        write_whole(public, jwk_set(keys, private=False), 0o644)


def _for_services(directory: Path, *files: Path) -> None:
    """Services run as 65532 in their containers; as root, the files are made theirs, and their folders."""
    if os.geteuid() == 0:
        for path in {directory, *files, *(file.parent for file in files)}:
            os.chown(path, 65532, 65532)
