"""tsunagu partner key: add, list, retire. A key is rolled by adding one, changing over, and retiring the other."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from services.intake.partners import PartnerKey, partners_of
from shared.access import Role, staff
from shared.errors import TsunaguError
from shared.region.hours import zone
from tsunagu.known import must_be_known
from tsunagu.secret_file import reserved, write_secrets
from tsunagu.table import show as show_table
from tsunagu.told import told
from tsunagu.where import find

app = typer.Typer(no_args_is_help=True, help="Their API keys: several may be good at a time.")
Org = Annotated[str, typer.Argument(help="the partner's name here")]
As = Annotated[str, typer.Option("--as", help="a short handle of yours, no real name: it is noted who did it")]
MOMENT = "a day (2027-01-31, all of it) or a time (2027-01-31T18:00+09:00)"


@app.command()
@told
async def add(
    org: Org,
    until: Annotated[str | None, typer.Option(help=f"its end: {MOMENT}; without one it has none")] = None,
    env: Annotated[Path | None, typer.Option(help="write it into this new file, not to the screen")] = None,
    by: As = "cli",
) -> int:
    """One more API key of a partner; the others stay good until they are retired."""
    where = find()
    await must_be_known(where.mongo, org)
    with reserved(env):
        async with partners_of(where.kafka, where.mongo) as partners:
            now = datetime.now(UTC)
            alone = not any(one.good(now) for one in await partners.keys(org))
            key = await partners.add_key(org, moment(until), staff(Role.OPERATOR, by))
        if env:
            write_secrets(env, {"TSUNAGU_KEY": key})
    if env:
        print(f"API key    in {env}, readable by you alone: hand it over safely")
    else:
        print(f"API key    {key}\n           shown once: keep it now; only its hash is stored")
    if alone:
        print(
            f"no key of {org} was good: if it had been removed, it is let in again; `tsunagu partner remove {org}` undoes it"
        )
    else:
        print(f"the others stay good: `tsunagu partner key list {org}`, and `retire` those that are no longer used")
    return 0


@app.command("list")
@told
async def show(org: Org) -> int:
    """A partner's API keys: when each was added and last used, and whether it is good."""
    where = find()
    await must_be_known(where.mongo, org)
    async with partners_of(where.kafka, where.mongo) as partners:
        keys = await partners.keys(org)
    table, now = Table("key", "added", "last used", "state", box=None), datetime.now(UTC)
    for key in keys:
        table.add_row(key.id, _shown(key.added, "earlier"), _shown(key.seen, "never"), _state(key, now))
    show_table(table)
    return 0


@app.command()
@told
async def retire(
    org: Org,
    key: Annotated[str, typer.Argument(help="as `list` names it")],
    at: Annotated[str | None, typer.Option(help=f"from when on: {MOMENT}; without one at once")] = None,
    by: As = "cli",
) -> int:
    """An API key is no longer good, nor is any token that was given for it."""
    where = find()
    await must_be_known(where.mongo, org)
    async with partners_of(where.kafka, where.mongo) as partners:
        retired = await partners.retire(org, key, moment(at), staff(Role.OPERATOR, by))
        now = datetime.now(UTC)
        good = [other for other in await partners.keys(org) if other.good(now)]
    print(f"{org}'s key {key}: {_state(retired, now)}")
    if not good:
        print(f"{org} has no good key left: nothing of theirs is taken over HTTP (`tsunagu partner key add {org}`)")
    return 0


def moment(text: str | None) -> datetime | None:
    """A day is meant with all its hours, where the region is. Raises TsunaguError."""
    if text is None:
        return None
    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), zone())
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=zone())
        at.astimezone(zone())  # as it is shown
    except ValueError as error:
        raise TsunaguError(f"{text!r} is no time: give a day (2027-01-31) or 2027-01-31T18:00+09:00") from error
    except OverflowError as error:
        raise TsunaguError(f"{text!r} is at the end of time: leave it out, and the key has no end") from error
    return at


def _state(key: PartnerKey, now: datetime) -> str:
    if key.retired:
        return f"retired {_shown(key.retired)}"
    if key.until:
        return f"good until {_shown(key.until)}" if key.good(now) else f"ended {_shown(key.until)}"
    return "good"


def _shown(at: datetime | None, otherwise: str = "") -> str:
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if at else otherwise
