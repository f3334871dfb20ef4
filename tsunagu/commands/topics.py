"""tsunagu topics: brokers against deploy/kafka/network.toml."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka import access, applying, declared
from deploy.kafka.difference import differences
from deploy.kafka.fates import Difference, Fate
from deploy.kafka.there import There, look
from shared.connections import SECRETS_DIR, Brokers
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.settings import made
from tsunagu.secret_file import reserved, write_secrets
from tsunagu.where import kafka_of, running

DOES = {Fate.MAKE: "made", Fate.CHANGE: "changed", Fate.REVOKE: "removed"}
SAYS = {
    Fate.MAKE: "to make", Fate.CHANGE: "to change", Fate.LEAVE: "left as it is", Fate.REVOKE: "to remove when told",
    Fate.REFUSE: "refused",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """`partitions` and `replicas`: instead of the file's. `revoke`: see `deploy.kafka.applying`."""

    file: Path = declared.FILE
    partitions: int | None = None
    replicas: int | None = None
    revoke: bool = False


async def diff(wish: Wish) -> int:
    """1 where anything differs."""
    there, _, found = await _compared(_kafka(), wish)
    for one in found:
        print(f"{one.fate} {one.what}")
    _tell_open(there)
    counts = Counter(one.fate for one in found)
    print(", ".join(f"{n} {SAYS[fate]}" for fate, n in counts.items()) or f"all is as {wish.file.name} says")
    return 1 if found else 0


async def apply(wish: Wish) -> int:
    """0 once all is made that may be, whatever is left as it was."""
    kafka = _kafka()
    there, replicas, found = await _compared(kafka, wish)
    if there.embedded and any(one.settings for one in found):
        raise TsunaguError("the embedded broker changes no settings of a topic: start it anew, and it has them")
    done = await applying.apply(kafka, found, replicas=replicas, revoke=wish.revoke)
    for one in done:
        print(f"{DOES[one.fate]} {one.what.partition('; --revoke')[0]}")
    for one in found:
        if one not in done:
            print(f"left    {one.what}")
    _tell_open(there)
    print(f"{len(done)} done" if done else "nothing to do")
    return 0


async def user(service: str, env: Path | None) -> int:
    """A service's own Kafka user, or a new password for it."""
    if service not in declared.read().services:
        raise TsunaguError(f"there is no service {service}: one of {', '.join(declared.read().services)}")
    with reserved(env):
        password = await access.add_service_user(_kafka(), service)
        secrets = {"TSUNAGU_KAFKA_USER": access.service_user(service), "TSUNAGU_KAFKA_PASSWORD": password}
        if env:
            write_secrets(env, secrets)
    if env:
        print(f"secrets of {secrets['TSUNAGU_KAFKA_USER']} in {env}, readable by you alone")
    else:
        print("\n".join(f"{name}={value}" for name, value in secrets.items()))
    return 0


def _kafka() -> Kafka:
    if os.environ.get("TSUNAGU_KAFKA") or SECRETS_DIR in os.environ:
        return made(Brokers).broker()
    if stack := running():
        return kafka_of(stack.addresses.kafka)
    raise TsunaguError("set TSUNAGU_KAFKA to the brokers' host:port; no network runs here")


async def _compared(kafka: Kafka, wish: Wish) -> tuple[There, int, Sequence[Difference]]:
    says = declared.read(wish.file)
    partitions, replicas = wish.partitions or says.partitions, wish.replicas or says.replicas
    there = await look(kafka)
    return there, replicas, differences(there, says, kafka, partitions, replicas)


def _tell_open(there: There) -> None:
    if there.acls is None:
        print("these brokers have no ACLs: whoever reaches them may do everything")
