"""tsunagu partner remove"""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from deploy.kafka import access
from services.intake.partners import partners_of
from services.intake.queries import Row, open_of
from shared.errors import TsunaguError
from shared.events import referrals, updates
from shared.region import zone
from shared.store import MongoStore, connect
from tsunagu.known import must_be_known
from tsunagu.table import show
from tsunagu.told import told
from tsunagu.where import Where, find


@told
async def remove(org: Annotated[str, typer.Argument(help="the partner's name here")]) -> int:
    """A partner leaves: its user and keys go, its topics stay, its open cases are listed. See docs/operations.md."""
    where = find()
    await must_be_known(where.mongo, org)
    user, gone = await without_user(where, org)
    print(f"Kafka user {user}")
    print(f"API keys   {await _without_keys(where, org)} retired")
    print(
        f"topics     {referrals.topic(org)} and {updates.topic(org)} stay: what is still told of its cases lies there"
    )
    rows = await open_of(MongoStore(connect(where.mongo), "tsunagu_intake"), org)
    print(f"open cases {len(rows)}{': they go on; tell coordinators, who decide about each' if rows else ''}")
    if rows:
        show(_listed(where, rows))
    return 0 if gone else 1


async def without_user(where: Where, org: str) -> tuple[str, bool]:
    """What to say, and whether nobody can come in as that user any more."""
    try:
        grants = await access.remove_user(where.kafka, org)
    except access.NoUsers as error:
        return f"none: {error}", True
    except TsunaguError as error:  # its keys are to go all the same
        return (
            f"{access.user(org)} is STILL THERE, or some of what it may do: {error}. Then again: partner remove",
            False,
        )
    return f"{access.user(org)} is gone, with {grants} grants", True


async def _without_keys(where: Where, org: str) -> int:
    now = datetime.now(UTC)
    async with partners_of(where.kafka, where.mongo) as partners:
        good = [key for key in await partners.keys(org) if key.good(now)]
        for key in good:
            await partners.retire(org, key.id)
    return len(good)


def _listed(where: Where, rows: list[Row]) -> Table:
    table = Table("reference", "category", "state", "since", "page", box=None, pad_edge=False)
    for row in rows:
        since = f"{row.since.astimezone(zone()):%Y-%m-%d}" if row.since else ""
        table.add_row(row.reference, row.category, row.state, since, f"{where.urls['intake']}/desk/{row.case}")
    return table
