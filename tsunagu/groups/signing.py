"""tsunagu sign-in and sign-out, as the command line has them. What they do is imported late: it knows the pages' parts."""

from typing import Annotated

import typer

from tsunagu.told import told

Role = Annotated[str, typer.Option(help="coordinator, auditor, operator or partner")]


@told
async def sign_in(
    role: Role,
    handle: Annotated[str, typer.Option("--as", help="a short handle, no real name; of a partner: its name here")],
    service: Annotated[str | None, typer.Option(help="where to, if not to the role's first pages")] = None,
    mail_to: Annotated[str | None, typer.Option(help="mail the link there instead of printing it")] = None,
) -> int:
    """A link that signs somebody in, once, within 15 minutes."""
    from tsunagu.commands.sign_in import run
    from tsunagu.where import find

    return await run(find(), role, handle, service, mail_to)


@told
async def sign_out(
    role: Role,
    handle: Annotated[str, typer.Option("--as", help="whom to sign out")],
    by: Annotated[str, typer.Option(help="a short handle of yours: it is noted who did it")] = "cli",
) -> int:
    """End somebody's sessions at every service, and remove their passkeys."""
    from tsunagu.commands.sign_out import run
    from tsunagu.where import find

    return await run(find(), role, handle, by)
