"""tsunagu: the network from the command line."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local import commands as local
from deploy.local.settings import LocalSettings
from shared.errors import TsunaguError
from tsunagu.commands import case as case_command
from tsunagu.commands import keys as keys_command
from tsunagu.commands import partner as partner_command
from tsunagu.commands import roster as roster_command
from tsunagu.commands import sealing
from tsunagu.commands import status as status_command
from tsunagu.commands import topics as topics_command
from tsunagu.daytime import daytime_clock
from tsunagu.prepare import prepare
from tsunagu.where import find

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
partner = typer.Typer(no_args_is_help=True, help="Partner organisations.")
roster = typer.Typer(no_args_is_help=True, help="Supporters.")
topics = typer.Typer(no_args_is_help=True, help="Kafka topics.")
keys = typer.Typer(no_args_is_help=True, help="The network's keys.")
for group, name in ((partner, "partner"), (roster, "roster"), (topics, "topics"), (keys, "keys")):
    app.add_typer(group, name=name)

logging.getLogger("aiokafka").setLevel("CRITICAL")  # what matters of it is told as one line, below
Run = Callable[..., Coroutine[Any, Any, int]]


def told(run: Run) -> Callable[..., None]:
    """Runs it; an error that is meant for people is printed as one line, and the exit code is 1."""

    @wraps(run)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            code = asyncio.run(run(*args, **kwargs))
        except TsunaguError as error:
            print(f"tsunagu: {error}", file=sys.stderr)
            code = 1
        except OSError as error:
            print(f"tsunagu: cannot reach the network: {error}", file=sys.stderr)
            code = 1
        raise typer.Exit(code)

    return wrapped


@app.command()
@told
async def up(
    detach: Annotated[bool, typer.Option("--detach", help="return once it is up")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget what earlier runs left")] = False,
    real_time: Annotated[bool, typer.Option("--real-time", help="at night in the region, no mail is sent")] = False,
) -> int:
    """Start the embedded stack: broker, database, mail, the four services."""
    settings = LocalSettings(fresh=True) if fresh else LocalSettings()
    clock = None if real_time else daytime_clock(settings.home)
    return await local.up(settings, prepare=prepare, clock_file=clock, detach=detach)


@app.command()
def down() -> None:
    """Stop the embedded stack."""
    raise typer.Exit(local.down(LocalSettings().home))


@app.command()
@told
async def status() -> int:
    """What runs, whether it is ready, and how far behind it is."""
    return await status_command.run()


@app.command()
@told
async def case(
    ref: Annotated[str, typer.Argument(help="the case, or the partner's own reference")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """The way of one case across all four services, as a timeline."""
    return await case_command.run(find(), ref, as_json=as_json)


@app.command()
@told
async def seal(
    name: Annotated[str, typer.Option(prompt=True)] = "",
    contacts: Annotated[str, typer.Option(prompt=True)] = "",
    note: Annotated[str, typer.Option()] = "",
    jwks: Annotated[Path | None, typer.Option(help="file of the network's public keys")] = None,
) -> int:
    """Seal a resident's data to the network's public key, for trying. Prints the JWE."""
    return sealing.run(jwks or find().public_keys, {"name": name, "contacts": contacts, "note": note})


@app.command()
@told
async def verify() -> int:
    """Prove from topics and documents that nothing is lost and nothing was done twice."""
    from tsunagu.verify import render  # slow to import, and used by nothing else
    from tsunagu.verify import verify as prove

    where = find()
    report = await prove(where.kafka, where.mongo)
    print(render(report), end="")
    return 0 if report.ok else 1


@app.command()
@told
async def demo(
    leave: Annotated[bool, typer.Option("--exit", help="end after the table, 1 if a figure is off")] = False,
    seed: Annotated[int, typer.Option(help="another world")] = 2025,
) -> int:
    """Nine months of a real programme in minutes, through the real stack; then it stays up."""
    from tsunagu.demo.run import run  # as above

    return await run(seed, leave=leave)


@partner.command("add")
@told
async def partner_add(
    org: Annotated[str, typer.Argument(help="2 to 32 of a-z, 0-9 and -")],
) -> int:
    """Make a partner's topics and API key and, on Apache Kafka with ACLs, its user."""
    return await partner_command.add(find(), org)


@roster.command("import")
@told
async def roster_import(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> int:
    """Take supporters from a CSV file (see docs/roster.md)."""
    return await roster_command.run(find(), file)


@topics.command("apply")
@told
async def topics_apply(
    partitions: Annotated[int, typer.Option(help="of the topics between services")] = 4,
    replicas: Annotated[int, typer.Option()] = 1,
) -> int:
    """Make the topics that are missing; nothing is ever changed or deleted."""
    return await topics_command.apply(partitions, replicas)


@keys.command("make")
def keys_make(directory: Annotated[Path, typer.Option("--dir")]) -> None:
    """Make the network's key pair and secrets, where they are missing."""
    keys_command.make(directory)
