"""A partner's own user on brokers that have users: it may write its referrals and read its updates, nothing else.

aiokafka has no calls for users and ACLs, so Kafka's own tools are run where they are installed.
"""

import asyncio
import secrets
import shutil

from shared.errors import TsunaguError
from shared.events import referrals, updates
from shared.kafka.connection import Kafka, cluster_id


def user(org: str) -> str:
    return f"partner-{org}"


async def add_user(kafka: Kafka, org: str) -> str:
    """Makes the user and its ACLs; returns the password. Raises TsunaguError where that cannot be done, and why."""
    if (await cluster_id(kafka)).startswith("tsunagu-"):
        raise TsunaguError("the embedded broker has no users")
    configs, acls = _tool("kafka-configs"), _tool("kafka-acls")
    password = secrets.token_urlsafe(24)
    base = ("--bootstrap-server", kafka.servers)
    await _run(configs, *base, "--alter", "--entity-type", "users", "--entity-name", user(org),
               "--add-config", f"SCRAM-SHA-512=[password={password}]")  # fmt: skip
    for allowed in acl_arguments(org):
        await _run(acls, *base, "--add", "--allow-principal", f"User:{user(org)}", *allowed)
    return password


def acl_arguments(org: str) -> list[tuple[str, ...]]:
    return [
        ("--producer", "--topic", referrals.topic(org)),
        (
            "--consumer",
            "--topic",
            updates.topic(org),
            "--group",
            f"{user(org)}.",
            "--resource-pattern-type",
            "prefixed",
        ),
    ]


def _tool(name: str) -> str:
    found = shutil.which(f"{name}.sh") or shutil.which(name)
    if not found:
        raise TsunaguError(f"Kafka's own tool {name}.sh is not on the PATH: run this where Kafka's bin/ is")
    return found


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    if process.returncode:
        last = out.decode(errors="replace").strip().splitlines()[-1:]
        raise TsunaguError(f"{command[0]} failed: {' '.join(last)}")
