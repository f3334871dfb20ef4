"""tsunagu topics"""

from pathlib import Path
from typing import Annotated

import typer

from deploy.kafka.declared import FILE
from tsunagu.commands import topics
from tsunagu.told import told

app = typer.Typer()
Partitions = Annotated[
    int | None, typer.Option(min=1, help="of the topics that are read together, if not as the file says")
]
Replicas = Annotated[int | None, typer.Option(min=1, help="of every topic, if not as the file says")]
File = Annotated[Path, typer.Option("--file", help="another one than deploy/kafka/network.toml")]


@app.command()
@told
async def apply(
    partitions: Partitions = None,
    replicas: Replicas = None,
    file: File = FILE,
    revoke: Annotated[bool, typer.Option("--revoke", help="remove grants of our users that the file lacks")] = False,
) -> int:
    """Make topics and grants as deploy/kafka/network.toml says; nothing is shortened or deleted. See docs/topics.md."""
    return await topics.apply(topics.Wish(file, partitions, replicas, revoke))


@app.command()
@told
async def diff(partitions: Partitions = None, replicas: Replicas = None, file: File = FILE) -> int:
    """Where brokers differ from deploy/kafka/network.toml; 1 if anywhere."""
    return await topics.diff(topics.Wish(file, partitions, replicas))


@app.command()
@told
async def user(
    service: Annotated[str, typer.Argument(help="intake, matching, notify or stats")],
    env: Annotated[Path | None, typer.Option(help="write them into this new file, not to the screen")] = None,
) -> int:
    """Make a service's own Kafka user, or give it a new password."""
    return await topics.user(service, env)
