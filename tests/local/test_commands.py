"""`up` and `down` with a supervisor process of its own."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from deploy.local.commands import down, read_stack, up
from deploy.local.info import read_stack_file
from deploy.local.settings import LocalSettings
from tests.contract.test_secrets_in_files import no_room
from tests.local.support import FAKE_SERVICE, Screen, info, is_alive, prepare_nothing, until

SERVICES = {"intake": FAKE_SERVICE}
NEVER_READY = ("/bin/sleep", "600")


@pytest.mark.asyncio
async def test_up_in_the_background_a_second_up_and_down(light: LocalSettings, screen: Screen) -> None:
    assert await up(light, prepare=prepare_nothing, commands=SERVICES, detach=True, progress=screen) == 0
    found = info(light.home)
    assert "intake    up in" in screen.text

    for detach in (True, False):
        second = Screen()
        assert await up(light, prepare=prepare_nothing, detach=detach, progress=second) == 1
        assert f"(pid {found.pid}); stop it first: tsunagu down" in second.text

    assert await asyncio.to_thread(down, light.home, screen) == 0
    assert read_stack(light.home) is None
    assert not [part for part in found.parts.values() if part.pid and is_alive(part.pid)]
    assert down(light.home, screen) == 0
    assert screen.text.splitlines()[-1] == f"nothing runs in {light.home}"


@pytest.fixture
def heeded() -> Iterator[None]:
    """Whoever has the tests run with nohup, or in the background, has some signals ignored."""
    before = {name: signal.signal(name, signal.SIG_DFL) for name in (signal.SIGINT, signal.SIGHUP)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.mark.asyncio
@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_told_to_stop_while_it_comes_up_nothing_is_left_behind(
    light: LocalSettings, screen: Screen, told: signal.Signals
) -> None:
    coming = asyncio.create_task(
        up(light, prepare=prepare_nothing, commands={"intake": NEVER_READY}, detach=True, progress=screen)
    )
    await until(lambda: bool((stack := read_stack_file(light.home)) and stack.parts["intake"].pid), within=60)
    found = read_stack_file(light.home)
    os.kill(os.getpid(), told)
    assert await coming == 1 and screen.text.splitlines()[-1] == "stopped"
    assert found and not is_alive(found.pid)
    assert not [part for part in found.parts.values() if part.pid and is_alive(part.pid)]


@pytest.mark.asyncio
async def test_a_killed_supervisor_leaves_neither_orphans_nor_a_lock(light: LocalSettings, screen: Screen) -> None:
    assert await up(light, prepare=prepare_nothing, commands=SERVICES, detach=True, progress=screen) == 0
    found = info(light.home)
    os.kill(found.pid, signal.SIGKILL)
    await until(lambda: not any(part.pid and is_alive(part.pid) for part in found.parts.values()))
    assert read_stack(light.home) is None
    assert down(light.home, screen) == 0
    assert f"its last stack (pid {found.pid}) ended without being stopped" in screen.text


@pytest.mark.asyncio
async def test_a_stack_that_cannot_come_up_is_one_line_and_exit_code_1(light: LocalSettings, screen: Screen) -> None:
    missing = {"stats": ("/no/such/command",)}
    assert await up(light, prepare=prepare_nothing, commands=missing, progress=screen) == 1
    assert "stats cannot be started" in screen.text.splitlines()[-1]


@pytest.mark.asyncio
@pytest.mark.parametrize("detach", [True, False])
async def test_a_disk_that_is_full_is_one_line_that_names_the_folder(
    light: LocalSettings, screen: Screen, detach: bool
) -> None:
    with no_room():
        assert await up(light, prepare=prepare_nothing, commands=SERVICES, detach=detach, progress=screen) == 1
    assert screen.text == f"{light.home} cannot be written: File too large\n"
