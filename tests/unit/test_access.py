"""The table of roles, tried: every command of every service as every role, and what the table itself must keep."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from services.intake.domain.commands import COMMANDS as INTAKE
from services.matching.domain.commands import COMMANDS as MATCHING
from services.notify.domain.commands import COMMANDS as NOTIFY
from shared.access import (
    BY_LINK,
    COMMANDS,
    COMMON,
    HOMES,
    NOBODY,
    ROUTES,
    UNASKED,
    Actor,
    Forbidden,
    Role,
    check_command,
)
from shared.kernel.commands import Commands
from shared.kernel.memory import MemoryBus
from shared.kernel.record import RELEASE, REPAIR, TICK
from tests.unit.given import NOON

OWN = {command.type: command for command in (*INTAKE, *MATCHING, *NOTIFY)}


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    types = {*OWN, TICK, RELEASE, REPAIR}
    assert not types - COMMANDS.keys(), "add to COMMANDS in shared/access.py, with the roles that may send it"
    assert not COMMANDS.keys() - types, "gone: take it out of COMMANDS in shared/access.py"


@pytest.mark.parametrize(("type", "role"), list(itertools.product(COMMANDS, Role)))
def test_every_command_as_every_role(type: str, role: Role) -> None:
    if role in COMMANDS[type]:
        check_command(Actor(role, "x"), type)
    else:
        with pytest.raises(Forbidden, match=type):
            check_command(Actor(role, "x"), type)


@pytest.mark.parametrize("role", Role)
async def test_a_page_cannot_send_what_its_role_may_not(role: Role) -> None:
    commands, actor = Commands("matching", MemoryBus(), None, SimpleNamespace(now=lambda: NOON)), Actor(role, "x")  # type: ignore[arg-type]
    close: Any = next(command for command in MATCHING if command.type.endswith("close.v1"))(reason="too_far")
    if role is Role.COORDINATOR:
        head = dict(commands.message("case-1", close, "id-1", actor, adapter="desk").headers)
        assert head["ce_actor"] == b"coordinator:x"
        return
    with pytest.raises(Forbidden):
        commands.message("case-1", close, "id-1", actor, adapter="desk")
    with pytest.raises(Forbidden):
        await commands.ask("case-1", close, "id-1", actor, adapter="desk")


def test_an_unknown_command_is_nobodys() -> None:
    for role in Role:
        with pytest.raises(Forbidden):
            check_command(Actor(role), "tsunagu.matching.made-up.v1")


def test_no_request_is_ever_the_networks() -> None:
    rows = [roles for table in ROUTES.values() for roles in table.values()]
    assert rows and not any(Role.NETWORK in roles for roles in rows)
    assert Role.NETWORK not in BY_LINK and Role.NOBODY not in BY_LINK


def test_what_is_open_is_open_to_all_and_everything_else_to_one_role() -> None:
    for service, table in ROUTES.items():
        for route, roles in table.items():
            assert (Role.NOBODY in roles) == (len(roles) == len(Role) - 1), f"{service} {route}"


def test_every_service_has_the_common_rows_and_a_role_can_see_its_home() -> None:
    for service, table in ROUTES.items():
        assert table.items() >= COMMON.items() >= UNASKED.items()
        for role, home in HOMES[service].items():
            assert role in table[f"GET {home}"], f"{role} signs in at {service} and lands on {home}"


def test_nobody_has_no_name() -> None:
    assert (NOBODY.id, str(Actor(Role.COORDINATOR, "mika"))) == ("", "coordinator:mika")
