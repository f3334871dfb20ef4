"""tsunagu dead-letters: which there are, and an operator's words about them. See docs/dead-letters.md."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, get_args

import typer

from shared.access import Actor, Role, staff
from shared.errors import TsunaguError
from shared.kernel.dead_letters import REASONS
from shared.letters.allowance import MINUTES
from shared.letters.desk import Done
from shared.letters.head import State, Why
from shared.letters.releasing import Released
from tsunagu import letters
from tsunagu.commands import dead_letters_show as show_
from tsunagu.told import told
from tsunagu.where import find

app = typer.Typer()

PATIENCE = 10.0
"""Seconds that a release is waited for."""
Ids = Annotated[list[str] | None, typer.Argument(help="topic-partition-offset, as `list` shows them")]
Service = Annotated[str | None, typer.Option(help="intake, matching, notify or stats; by default all")]
Reason = Annotated[str | None, typer.Option(help=", ".join(REASONS))]
As = Annotated[str, typer.Option("--as", help="a short handle of yours, no real name: it is noted who did it")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask before many")]
Json = Annotated[bool, typer.Option("--json")]


@app.command("list")
@told
async def list_(
    service: Service = None,
    reason: Reason = None,
    state: Annotated[str, typer.Option(help=", ".join((*get_args(State), "any")))] = "open",
    older: Annotated[str, typer.Option(help="only those older than that: 30m, 12h, 7d")] = "0m",
    as_json: Json = False,
) -> int:
    """Dead letters, the newest first."""
    _known("reason", reason, REASONS)
    _known("state", state, (*get_args(State), "any"))
    where = find()
    async with letters.desks(where, service) as desks:
        found = letters.older(await letters.every(desks), age(older), now := show_.now_of(where))
        chosen = [one for one in found if reason in (None, one.head.reason) and state in ("any", one.state)]
        wanted = not as_json and state in ("open", "any") and reason in (None, "stuck")
        untold = await letters.untold(desks) if wanted else []
    show_.table(chosen, now, as_json=as_json)
    show_.stuck(untold)
    return 0


@app.command()
@told
async def show(
    id: Annotated[str, typer.Argument(help="topic-partition-offset")],
    service: Service = None,
    open_: Annotated[bool, typer.Option("--open", help="what is in it, too; that is noted as an opening")] = False,
    by: As = "cli",
    as_json: Json = False,
) -> int:
    """One letter: where its record lay, why it could not be used, what became of it."""
    actor, where = _operator(by), find()
    async with letters.desks(where, service) as desks:
        (chosen,) = await letters.named(desks, [id])
        letter = chosen.letters[0]
        content = await chosen.desk.opened(letter, actor) if open_ else None
    show_.one(letter, content, show_.now_of(where), as_json=as_json)
    return 0


@app.command()
@told
async def replay(
    ids: Ids = None, service: Service = None, reason: Reason = None, by: As = "cli", yes: Yes = False
) -> int:
    """After a fix: publish records again where they lay, in their order."""
    actor = _operator(by)
    async with letters.desks(find(), service) as desks:
        chosen = await _chosen(desks, ids, service, reason)
        _confirm("publish again", sum(len(one.letters) for one in chosen), yes or bool(ids))
        return await _tell((one for desk, some in chosen async for one in desk.replay(some, actor)), "replayed")


@app.command()
@told
async def discard(
    why: Annotated[str, typer.Option(help=", ".join(get_args(Why)))],
    ids: Ids = None, service: Service = None, reason: Reason = None, by: As = "cli", yes: Yes = False,
) -> int:  # fmt: skip
    """Give records up, for good. The topic keeps them until their time is over."""
    actor, code = _operator(by), show_.why(why)
    async with letters.desks(find(), service) as desks:
        chosen = await _chosen(desks, ids, service, reason)
        _confirm("discard", sum(len(one.letters) for one in chosen), yes or bool(ids))
        return await _tell((one for desk, some in chosen async for one in desk.discard(some, code, actor)), "discarded")


@app.command()
@told
async def release(
    refs: Annotated[list[str] | None, typer.Argument(help="stuck documents, or letters that wait with them")] = None,
    service: Service = None,
    everything: Annotated[bool, typer.Option("--all", help="every stuck document")] = False,
    by: As = "cli",
    yes: Yes = False,
) -> int:
    """After a fix: stuck documents go on with what waits for them, in its order."""
    if bool(refs) == everything:
        raise TsunaguError("name stuck documents (case-…), or letters that wait with them; or say --all")
    actor = _operator(by)
    async with letters.desks(find(), service) as desks:
        chosen = await letters.stuck(desks, refs or [])
        _confirm("release", sum(len(keys) for _, keys in chosen), yes or not everything)
        done = [(desk.service, one) for desk, keys in chosen for one in await desk.release(keys, actor, PATIENCE)]
    return _told_released(done)


@app.command()
@told
async def allow(
    service: Annotated[str, typer.Argument(help="intake, matching, notify or stats")],
    minutes: Annotated[int, typer.Option(min=1, max=1440)] = MINUTES,
    by: As = "cli",
) -> int:
    """Let a service go on that too many dead letters have stopped, whatever it lays aside."""
    actor = _operator(by)
    async with letters.desks(find(), service) as desks:
        await desks[service].allow(minutes, actor)
    print(f"{service} goes on within seconds, and is not stopped again for {minutes} minutes")
    return 0


async def _chosen(
    desks: letters.Desks, ids: list[str] | None, service: str | None, reason: str | None
) -> list[letters.Chosen]:
    """By their ids, or all open ones of one reason. Raises TsunaguError."""
    if bool(ids) == bool(reason):
        raise TsunaguError("name letters by their ids, or all of one kind with --service and --reason")
    if ids:
        return await letters.named(desks, ids)
    _known("reason", reason, REASONS)
    if not service:
        raise TsunaguError("say of which service: --service")
    return await letters.of_reason(desks, reason or "")


def _confirm(what: str, count: int, yes: bool) -> None:
    """Who names each has said so already."""
    if count > 1 and not yes:
        typer.confirm(f"{what} {count} of them?", abort=True)


async def _tell(done: AsyncIterator[Done], what: str) -> int:
    """Each as it is done: what ends the rest unsays none of it."""
    flaws = []
    async for one in done:
        lies = f", and lies at offset {one.offset} now" if one.offset >= 0 else ""
        print(f"{one.letter.head.service}: {one.flaw or f'{one.letter.id} is {what}{lies}'}")
        flaws.append(one.flaw)
    if not flaws:
        print("there are none")
    return 1 if any(flaws) else 0


def _told_released(done: list[tuple[str, Released]]) -> int:
    says = {
        "released": "released: what waited is folded",
        "stuck_again": "stuck again, at {at}: the version that runs still cannot continue it",
        "not_yet": "not taken yet: look whether its service runs and is not behind; it is released then",
    }
    for service, one in done:
        print(f"{service}: {one.document} is {says[one.outcome].format(at=one.at)}")
    if not done:
        print("nothing is stuck")
    return 0 if all(one.outcome == "released" for _, one in done) else 1


def _operator(handle: str) -> Actor:
    return staff(Role.OPERATOR, handle)


def _known(name: str, said: str | None, those: tuple[str, ...]) -> None:
    if said is not None and said not in those:
        raise TsunaguError(f"there is no {name} {said}: --{name} is one of {', '.join(those)}")


def age(text: str) -> timedelta:
    """`30m`, `12h`, `7d`. Raises TsunaguError."""
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if not text[:-1].isdecimal() or text[-1] not in units:
        raise TsunaguError(f"{text} is no age: say 30m, 12h or 7d")
    try:
        return timedelta(**{units[text[-1]]: int(text[:-1])})
    except OverflowError:
        raise TsunaguError(f"{text} is longer than time is: say 30m, 12h or 7d") from None
