"""tsunagu partner"""

from pathlib import Path
from typing import Annotated

import typer

from tsunagu.commands import partner
from tsunagu.groups import partner_keys, partner_remove
from tsunagu.told import told
from tsunagu.where import find

app = typer.Typer()
Env = Annotated[Path | None, typer.Option(help="write what the partner needs into this new file, not to the screen")]


@app.command()
@told
async def add(
    org: Annotated[str, typer.Argument(help="2 to 32 of a-z, 0-9 and -")],
    env: Env = None,
    key_only: Annotated[
        bool, typer.Option("--key-only", help="topics and user are made by others (docs/kubernetes.md)")
    ] = False,
) -> int:
    """Make a partner's topics and API key and, on Apache Kafka with ACLs, its user."""
    return await partner.add(find(), org, env, key_only=key_only)


@app.command()
@told
async def user(org: Annotated[str, typer.Argument(help="the partner's name here")], env: Env = None) -> int:
    """A partner's Kafka user with a new password: lost, told to somebody, or gone with a broker. Its API keys stay."""
    return await partner.user_anew(find(), org, env)


app.command()(partner_remove.remove)
app.add_typer(partner_keys.app, name="key")
