"""tsunagu: the network from the command line. What a command does is imported when it runs, so that each starts soon."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from tsunagu.groups import signing
from tsunagu.late import late
from tsunagu.told import told

app = typer.Typer(
    no_args_is_help=True, help="tsunagu: the network from the command line.", pretty_exceptions_enable=False
)
app.add_typer(late("partner", "Partner organisations."), name="partner")
app.add_typer(late("roster", "Supporters."), name="roster")
app.add_typer(late("topics", "Kafka topics."), name="topics")
app.add_typer(late("keys", "The network's keys."), name="keys")
app.add_typer(late("dead_letters", "Records that could not be used (docs/dead-letters.md)."), name="dead-letters")

logging.getLogger("aiokafka").setLevel("CRITICAL")  # what matters of it is told as one line, below


@app.command()
@told
async def up(
    detach: Annotated[bool, typer.Option("--detach", help="return once it is up")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget what earlier runs left")] = False,
    real_time: Annotated[bool, typer.Option("--real-time", help="at night in the region, no mail is sent")] = False,
) -> int:
    """Start the embedded stack: broker, database, mail, the four services."""
    from deploy.local import commands
    from deploy.local.settings import LocalSettings
    from shared.settings import made
    from tsunagu.daytime import daytime_clock
    from tsunagu.prepare import prepare

    settings = made(LocalSettings, fresh=True) if fresh else made(LocalSettings)
    clock = None if real_time else daytime_clock(settings.home, fresh=fresh)
    return await commands.up(settings, prepare=prepare, clock_file=clock, detach=detach)


@app.command()
@told
def down() -> int:
    """Stop the embedded stack."""
    from deploy.local import commands
    from deploy.local.settings import LocalSettings
    from shared.settings import made

    return commands.down(made(LocalSettings).home)


@app.command()
@told
async def status() -> int:
    """What runs, whether it is ready, and how far behind it is."""
    from tsunagu.commands.status import run

    return await run()


@app.command()
@told
async def case(
    ref: Annotated[str, typer.Argument(help="ORG/REFERENCE, the reference alone, or case-…")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """The way of one case across all four services, as a timeline."""
    from tsunagu.commands.case import run
    from tsunagu.where import find

    return await run(find(), ref, as_json=as_json)


@app.command()
@told
async def seal(
    name: Annotated[str, typer.Option(prompt=True)] = "",
    contacts: Annotated[str, typer.Option(prompt=True)] = "",
    note: Annotated[str, typer.Option()] = "",
    jwks: Annotated[Path | None, typer.Option(help="file of the network's public keys")] = None,
) -> int:
    """Seal a resident's data to the network's public key, for trying. Prints the JWE."""
    from tsunagu.commands.sealing import run
    from tsunagu.where import find

    return run(jwks or find().public_keys, {"name": name, "contacts": contacts, "note": note})


app.command("sign-in")(signing.sign_in)
app.command("sign-out")(signing.sign_out)


@app.command()
@told
async def verify(
    as_json: Annotated[bool, typer.Option("--json", help="for programs: every problem, not three of a kind")] = False,
    within: Annotated[float, typer.Option(min=0, help="seconds in which all that is under way must end")] = 0,
) -> int:
    """Prove from topics and documents that nothing is lost and nothing was done twice. See docs/verify.md."""
    from tsunagu.verify import run
    from tsunagu.where import find, running

    return await run(find(), running(), as_json=as_json, within=within)


@app.command()
@told
async def demo(
    leave: Annotated[bool, typer.Option("--exit", help="end after the table, 1 if a figure is off")] = False,
    seed: Annotated[int, typer.Option(help="another world")] = 2025,
) -> int:
    """Nine months of a real programme in minutes, through the real stack; then it stays up."""
    from tsunagu.demo.run import run

    return await run(seed, leave=leave)


Service = Annotated[str, typer.Argument(help="intake, matching, notify or stats")]


@app.command()
@told
async def backup(service: Service, file: Annotated[Path, typer.Argument(help="a new file")]) -> int:
    """Write one service's database into a file; the service may run. See docs/losses.md."""
    from tsunagu.commands.backup import run
    from tsunagu.where import find

    return await run(find(), service, file)


@app.command()
@told
async def restore(
    service: Service,
    from_: Annotated[
        Path | None, typer.Option("--from", help="a backup to begin with", exists=True, dir_okay=False)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="throw away what the database holds")] = False,
    other_broker: Annotated[bool, typer.Option("--other-broker", help="it is from before the broker was lost")] = False,
) -> int:
    """Read a stopped service's database back from what it has told Kafka. See docs/losses.md."""
    from tsunagu.commands.restore import run
    from tsunagu.where import find

    return await run(find(), service, from_, replace=replace, other_broker=other_broker)


@app.command()
@told
async def refill(
    again: Annotated[bool, typer.Option("--again", help="even where topics hold records")] = False,
) -> int:
    """Tell a broker that has forgotten everything what the stopped services' databases know. See docs/losses.md."""
    from tsunagu.commands.refill import run
    from tsunagu.where import find

    return await run(find(), again=again)


@app.command()
@told
async def erase(
    ref: Annotated[str, typer.Argument(help="ORG/REFERENCE or case-… of a resident, supporter-…")],
) -> int:
    """Destroy the key of one person: nothing sealed for them can be opened by anybody any more."""
    from tsunagu.commands.erase import run
    from tsunagu.where import find

    return await run(find(), ref)


@app.command()
@told
async def audit(
    service: Annotated[str | None, typer.Option(help="only this one's log")] = None,
    of: Annotated[str | None, typer.Option(help="only of this person: case-…, supporter-…")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="how many lines")] = 20,
) -> int:
    """Who opened whose data, newest first, and whether the chain of lines is whole."""
    from tsunagu.commands.audit import run
    from tsunagu.where import find

    return await run(find(), service, of, limit)
