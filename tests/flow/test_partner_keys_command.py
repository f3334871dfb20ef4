"""tsunagu partner key and sign-out, at the running network: as an operator changes a partner's key, and sees somebody off."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.access import Actor, Role
from tests.delivery.support.network import Network
from tests.flow.test_round import visitor
from tests.flow.visitor import Visitor
from tsunagu import cli

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]

Run = Callable[..., Awaitable[str]]


@pytest.fixture
def tsunagu(shared_network: Network, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line. Returns what it printed, and, after `! `, what it complained of."""
    monkeypatch.setenv("TSUNAGU_HOME", str(shared_network.home))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> str:  # in a thread: it has a loop of its own
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, list(words))
        return done.stdout if done.exit_code == 0 else f"! {done.stderr}"

    return run


async def enters(visitor: Visitor, key: str) -> bool:
    head = {"Authorization": f"Bearer {key}"}
    answer = await visitor.net.http.get(visitor.url("intake", "/referrals/none"), headers=head)
    return answer.status_code == 404


async def test_who_has_no_good_key_is_let_in_again_with_a_word(visitor: Visitor, tsunagu: Run) -> None:
    """Whoever was removed has none."""
    await tsunagu("partner", "add", "lone")
    (name,) = re.findall(r"(\w{8}) .*good", await tsunagu("partner", "key", "list", "lone"))
    await tsunagu("partner", "key", "retire", "lone", name)
    assert "no key of lone was good: if it had been removed, it is let in again" in await tsunagu(
        "partner", "key", "add", "lone"
    )


async def test_a_user_is_made_anew_where_brokers_have_users(tsunagu: Run, tmp_path: Path) -> None:
    file = tmp_path / "user.env"
    assert "! tsunagu: the embedded broker has no users" in await tsunagu("partner", "user", "flow", "--env", str(file))
    assert not file.exists()
    assert "there is no partner nobody: known are" in await tsunagu("partner", "user", "nobody")


async def test_a_key_is_rolled(visitor: Visitor, tsunagu: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.env"
    assert "the others stay good" in await tsunagu("partner", "key", "add", "flow", "--env", str(file), "--as", "yui")
    new = file.read_text().strip().partition("=")[2]
    assert file.stat().st_mode & 0o777 == 0o600 and new.startswith("tsu_flow_")
    assert await enters(visitor, visitor.key) and await enters(visitor, new)
    printed = await tsunagu("partner", "key", "add", "flow", "--until", "2099-12-31")
    limited = re.search(r"tsu_flow_\S+", printed)
    assert limited and "shown once" in printed and await enters(visitor, limited[0])
    listed = await tsunagu("partner", "key", "list", "flow")
    assert not any(key in listed for key in (new, limited[0], visitor.key))
    ((name, rest),) = re.findall(r"(\w{8}) (.*good until 2100-01-01 00:00)", listed)
    assert "never" not in rest, "it has just been used"
    assert "retired" in await tsunagu("partner", "key", "retire", "flow", name)
    assert not await enters(visitor, limited[0]) and await enters(visitor, visitor.key)
    log = await tsunagu("audit", "--service", "intake", "--of", f"partner-flow.{name}")
    assert "key_added" in log and "key_retired" in log and "operator:cli" in log and "is whole" in log


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "nobody"), "there is no partner nobody"),
        (("list", "nobody"), "there is no partner nobody"),
        (("add", "flow", "--until", "tomorrow"), "is no time: give a day"),
        (("add", "flow", "--until", "2001-01-01"), "name a time to come"),
        (("add", "flow", "--as", "Yui Sato"), "is no handle"),
        (("retire", "flow", "00000000"), "flow has no key 00000000: it has "),
        (("add", "flow", "--env", "/nowhere/x.env"), "there is no folder /nowhere"),
    ],
)
async def test_what_cannot_be_says_what_to_change(
    visitor: Visitor, tsunagu: Run, words: tuple[str, ...], says: str
) -> None:
    said = await tsunagu("partner", "key", *words)
    assert said.startswith("! tsunagu: ") and says in said


async def test_who_leaves_is_signed_out_everywhere(visitor: Visitor, tsunagu: Run) -> None:
    leaver, stays = Actor(Role.COORDINATOR, "leaver"), Actor(Role.COORDINATOR, "stays")
    pages = [("matching", "/cases"), ("intake", "/desk")]
    heads = {(who, at): await visitor.net.signed_in(at, who) for who in (leaver, stays) for at, _ in pages}

    async def statuses(who: Actor) -> list[int]:
        get, url = visitor.net.http.get, visitor.url
        return [(await get(url(at, path), headers=heads[who, at])).status_code for at, path in pages]

    assert await statuses(leaver) == await statuses(stays) == [200, 200]
    said = await tsunagu("sign-out", "--role", "coordinator", "--as", "leaver")
    assert said.count("1 sessions ended") == 2
    assert (await statuses(leaver), await statuses(stays)) == ([401, 401], [200, 200])
    assert "does not sign in" in await tsunagu("sign-out", "--role", "supporter", "--as", "x")
