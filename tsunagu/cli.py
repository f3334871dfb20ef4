"""tsunagu: the network from the command line."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from deploy.kafka.declared import FILE
from deploy.local import commands as local
from deploy.local.settings import LocalSettings
from tsunagu.commands import audit as audit_command
from tsunagu.commands import backup as backup_command
from tsunagu.commands import case as case_command
from tsunagu.commands import dead_letters, partner_keys, partner_remove, sealing, signing
from tsunagu.commands import erase as erase_command
from tsunagu.commands import keys as keys_command
from tsunagu.commands import partner as partner_command
from tsunagu.commands import roster as roster_command
from tsunagu.commands import status as status_command
from tsunagu.commands import topics as topics_command
from tsunagu.daytime import daytime_clock
from tsunagu.prepare import prepare
from tsunagu.told import told
from tsunagu.where import find, running

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
partner = typer.Typer(no_args_is_help=True, help="Partner organisations.")
partner.add_typer(partner_keys.app, name="key")
roster = typer.Typer(no_args_is_help=True, help="Supporters.")
topics = typer.Typer(no_args_is_help=True, help="Kafka topics.")
keys = typer.Typer(no_args_is_help=True, help="The network's keys.")
for group, name in ((partner, "partner"), (roster, "roster"), (topics, "topics"), (keys, "keys"),
                    (dead_letters.app, "dead-letters")):  # fmt: skip
    app.add_typer(group, name=name)

logging.getLogger("aiokafka").setLevel("CRITICAL")  # what matters of it is told as one line, below


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


app.command("sign-in")(signing.sign_in)
app.command("sign-out")(signing.sign_out)


@app.command()
@told
async def verify(
    as_json: Annotated[bool, typer.Option("--json", help="for programs: every problem, not three of a kind")] = False,
    within: Annotated[float, typer.Option(min=0, help="seconds in which all that is under way must end")] = 0,
) -> int:
    """Prove from topics and documents that nothing is lost and nothing was done twice. See docs/verify.md."""
    from tsunagu.verify import run  # slow to import, and used by nothing else

    return await run(find(), running(), as_json=as_json, within=within)


@app.command()
@told
async def demo(
    leave: Annotated[bool, typer.Option("--exit", help="end after the table, 1 if a figure is off")] = False,
    seed: Annotated[int, typer.Option(help="another world")] = 2025,
) -> int:
    """Nine months of a real programme in minutes, through the real stack; then it stays up."""
    from tsunagu.demo.run import run  # as above

    return await run(seed, leave=leave)


Service = Annotated[str, typer.Argument(help="intake, matching, notify or stats")]


@app.command()
@told
async def backup(service: Service, file: Annotated[Path, typer.Argument(help="a new file")]) -> int:
    """Write one service's database into a file; the service may run. See docs/losses.md."""
    return await backup_command.run(find(), service, file)


@app.command()
@told
async def restore(
    service: Service,
    from_: Annotated[Path | None, typer.Option("--from", help="a backup to begin with", exists=True)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="throw away what the database holds")] = False,
) -> int:
    """Read a stopped service's database back from what it has told Kafka. See docs/losses.md."""
    from tsunagu.commands.restore import run  # knows all services: slow to import, and used by few

    return await run(find(), service, from_, replace=replace)


@app.command()
@told
async def refill(
    again: Annotated[bool, typer.Option("--again", help="even where topics hold records")] = False,
) -> int:
    """Tell a broker that has forgotten everything what the stopped services' databases know. See docs/losses.md."""
    from tsunagu.commands.refill import run  # as above

    return await run(find(), again=again)


@partner.command("add")
@told
async def partner_add(
    org: Annotated[str, typer.Argument(help="2 to 32 of a-z, 0-9 and -")],
    env: Annotated[
        Path | None, typer.Option(help="write what the partner needs into this new file, not to the screen")
    ] = None,
    key_only: Annotated[
        bool, typer.Option("--key-only", help="topics and user are made by others (docs/kubernetes.md)")
    ] = False,
) -> int:
    """Make a partner's topics and API key and, on Apache Kafka with ACLs, its user."""
    return await partner_command.add(find(), org, env, key_only=key_only)


partner.command()(partner_remove.remove)


@roster.command("import")
@told
async def roster_import(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> int:
    """Take supporters from a CSV file (see docs/roster.md)."""
    return await roster_command.run(find(), file)


Partitions = Annotated[
    int | None, typer.Option(min=1, help="of the topics that are read together, if not as the file says")
]
Replicas = Annotated[int | None, typer.Option(min=1, help="of every topic, if not as the file says")]
File = Annotated[Path, typer.Option("--file", help="another one than deploy/kafka/network.toml")]


@topics.command("apply")
@told
async def topics_apply(
    partitions: Partitions = None,
    replicas: Replicas = None,
    file: File = FILE,
    revoke: Annotated[bool, typer.Option("--revoke", help="remove grants of our users that the file lacks")] = False,
) -> int:
    """Make topics and grants as deploy/kafka/network.toml says; nothing is shortened or deleted. See docs/topics.md."""
    return await topics_command.apply(topics_command.Wish(file, partitions, replicas, revoke))


@topics.command("diff")
@told
async def topics_diff(partitions: Partitions = None, replicas: Replicas = None, file: File = FILE) -> int:
    """Where brokers differ from deploy/kafka/network.toml; 1 if anywhere."""
    return await topics_command.diff(topics_command.Wish(file, partitions, replicas))


@topics.command("user")
@told
async def topics_user(
    service: Service,
    env: Annotated[Path | None, typer.Option(help="write them into this new file, not to the screen")] = None,
) -> int:
    """Make a service's own Kafka user, or give it a new password."""
    return await topics_command.user(service, env)


@app.command()
@told
async def erase(
    ref: Annotated[str, typer.Argument(help="ORG/REFERENCE or case-… of a resident, supporter-…")],
) -> int:
    """Destroy the key of one person: nothing sealed for them can be opened by anybody any more."""
    return await erase_command.run(find(), ref)


@app.command()
@told
async def audit(
    service: Annotated[str | None, typer.Option(help="only this one's log")] = None,
    of: Annotated[str | None, typer.Option(help="only of this person: case-…, supporter-…")] = None,
    limit: Annotated[int, typer.Option(help="how many lines")] = 20,
) -> int:
    """Who opened whose data, newest first, and whether the chain of lines is whole."""
    return await audit_command.run(find(), service, of, limit)


Dir = Annotated[Path, typer.Option("--dir", help="where `keys make` put them; of the embedded stack: .tsunagu/keys")]
What = Annotated[keys_command.What, typer.Option("--what", help="sealing: partners' way in; wrapping: of data keys")]


@keys.command("make")
def keys_make(directory: Dir) -> None:
    """Make the network's key pair and secrets, where they are missing."""
    keys_command.make(directory)


@keys.command("roll")
@told
async def keys_roll(directory: Dir, what: What) -> int:
    """Put a new key first; older ones still open what they sealed."""
    return keys_command.roll(directory, what)


@keys.command("retire")
@told
async def keys_retire(directory: Dir, what: What) -> int:
    """Keep the newest key alone."""
    return keys_command.retire(directory, what)


@keys.command("rewrap")
@told
async def keys_rewrap() -> int:
    """Wrap every person's key with the newest wrapping key."""
    return await keys_command.rewrap(find())
