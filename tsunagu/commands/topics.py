"""tsunagu topics: brokers against deploy/kafka/network.toml."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deploy.kafka import access, applying, declared
from deploy.kafka.difference import differences
from deploy.kafka.fates import Difference, Fate
from deploy.kafka.there import There, look
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tsunagu.secret_file import must_be_new, write_secrets
from tsunagu.told import told
from tsunagu.where import kafka_of, running

DOES = {Fate.MAKE: "made", Fate.CHANGE: "changed", Fate.REVOKE: "removed"}
SAYS = {
    Fate.MAKE: "to make", Fate.CHANGE: "to change", Fate.LEAVE: "left as it is", Fate.REVOKE: "to remove when told",
    Fate.REFUSE: "refused",
}  # fmt: skip


app = typer.Typer()
Partitions = Annotated[
    int | None, typer.Option(min=1, help="of the topics that are read together, if not as the file says")
]
Replicas = Annotated[int | None, typer.Option(min=1, help="of every topic, if not as the file says")]
File = Annotated[Path, typer.Option("--file", help="another one than deploy/kafka/network.toml")]


@app.command()
@told
async def diff(partitions: Partitions = None, replicas: Replicas = None, file: File = declared.FILE) -> int:
    """Where brokers differ from deploy/kafka/network.toml; 1 if anywhere."""
    there, _, found = await _compared(_kafka(), file, partitions, replicas)
    for one in found:
        print(f"{one.fate} {one.what}")
    _tell_open(there)
    counts = Counter(one.fate for one in found)
    print(", ".join(f"{n} {SAYS[fate]}" for fate, n in counts.items()) or f"all is as {file.name} says")
    return 1 if found else 0


@app.command()
@told
async def apply(
    partitions: Partitions = None,
    replicas: Replicas = None,
    file: File = declared.FILE,
    revoke: Annotated[bool, typer.Option("--revoke", help="remove grants of our users that the file lacks")] = False,
) -> int:
    """Make topics and grants as deploy/kafka/network.toml says; nothing is shortened or deleted. See docs/topics.md."""
    kafka = _kafka()
    there, copies, found = await _compared(kafka, file, partitions, replicas)
    if there.embedded and any(one.settings for one in found):
        raise TsunaguError("the embedded broker changes no settings of a topic: start it anew, and it has them")
    done = await applying.apply(kafka, found, replicas=copies, revoke=revoke)
    for one in done:
        print(f"{DOES[one.fate]} {one.what.partition('; --revoke')[0]}")
    for one in found:
        if one not in done:
            print(f"left    {one.what}")
    _tell_open(there)
    print(f"{len(done)} done" if done else "nothing to do")
    return 0


@app.command()
@told
async def user(
    service: Annotated[str, typer.Argument(help="intake, matching, notify or stats")],
    env: Annotated[Path | None, typer.Option(help="write them into this new file, not to the screen")] = None,
) -> int:
    """Make a service's own Kafka user, or give it a new password."""
    if service not in declared.read().services:
        raise TsunaguError(f"there is no service {service}: one of {', '.join(declared.read().services)}")
    must_be_new(env)
    password = await access.add_service_user(_kafka(), service)
    secrets = {"TSUNAGU_KAFKA_USER": access.service_user(service), "TSUNAGU_KAFKA_PASSWORD": password}
    if env:
        write_secrets(env, secrets)
        print(f"secrets of {secrets['TSUNAGU_KAFKA_USER']} in {env}, readable by you alone")
    else:
        print("\n".join(f"{name}={value}" for name, value in secrets.items()))
    return 0


def _kafka() -> Kafka:
    if servers := os.environ.get("TSUNAGU_KAFKA"):
        return kafka_of(servers)
    if stack := running():
        return kafka_of(stack.addresses.kafka)
    raise TsunaguError("set TSUNAGU_KAFKA to the brokers' host:port; no network runs here")


async def _compared(
    kafka: Kafka, file: Path, partitions: int | None, replicas: int | None
) -> tuple[There, int, Sequence[Difference]]:
    """What is there, how many copies each topic is to have, and where the two differ."""
    says = declared.read(file)
    copies = replicas or says.replicas
    there = await look(kafka)
    return there, copies, differences(there, says, kafka, partitions or says.partitions, copies)


def _tell_open(there: There) -> None:
    if there.acls is None:
        print("these brokers have no ACLs: whoever reaches them may do everything")
