"""Choosing ports: taken ones that somebody asked for are an error, taken defaults are replaced."""

import socket
from collections.abc import Iterator

import pytest

from deploy.local import checks
from deploy.local.errors import PortsTaken, Unreachable
from deploy.local.given import check_given
from deploy.local.ports import PORT_NAMES, choose_ports
from deploy.local.settings import LocalSettings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_every_taken_port_that_was_asked_for_is_named_with_its_setting(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TSUNAGU_INTAKE_PORT", str(taken))
    with pytest.raises(PortsTaken) as error:
        choose_ports(LocalSettings(db_port=taken))
    assert str(error.value) == (
        f"db: port {taken} is taken (TSUNAGU_DB_PORT); "
        f"intake: port {taken} is also another part's (TSUNAGU_INTAKE_PORT)"
    )


def test_a_taken_default_is_replaced_and_said(taken: int) -> None:
    settings = _with_defaults(broker_port=taken)
    choice = choose_ports(settings, ["broker", "db"])
    assert taken not in choice.ports.values()
    assert choice.notes[0] == f"broker: port {taken} is taken, using {choice.ports['broker']}"


def test_a_default_gives_way_to_a_port_that_was_asked_for() -> None:
    free = choose_ports(LocalSettings(free_ports=True), ["stats"]).ports["stats"]
    settings = _with_defaults(inbox_port=free)
    settings.stats_port = free
    assert choose_ports(settings, ["inbox", "stats"]).ports["stats"] == free


def test_free_ports_are_all_different() -> None:
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    assert set(ports) == set(PORT_NAMES)
    assert len(set(ports.values())) == len(PORT_NAMES)


@pytest.mark.asyncio
async def test_a_given_broker_that_does_not_answer_is_one_clear_line() -> None:
    with pytest.raises(Unreachable, match=r"broker at 127\.0\.0\.1:1 \(TSUNAGU_KAFKA\) cannot be reached"):
        await check_given(LocalSettings(kafka="127.0.0.1:1"))


@pytest.mark.asyncio
@pytest.mark.parametrize("servers", ["nonsense", "host:99999", ":9092", "a:b"])
async def test_what_is_no_address_of_brokers_says_what_one_is(servers: str) -> None:
    with pytest.raises(Unreachable, match=rf"TSUNAGU_KAFKA: '{servers}' is not .*: host:port"):
        await check_given(LocalSettings(kafka=servers))


@pytest.mark.asyncio
async def test_the_password_of_a_given_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_PATIENCE", 0.2)
    with pytest.raises(Unreachable) as error:
        await check_given(LocalSettings(mongo="mongodb://me:secret@127.0.0.1:1/"))
    assert "mongodb://127.0.0.1:1/ (TSUNAGU_MONGO)" in str(error.value)
    assert "secret" not in str(error.value)


def _with_defaults(**ports: int) -> LocalSettings:
    """Settings whose defaults are these, rather than somebody having asked for them."""
    settings = LocalSettings()
    settings.__dict__.update(ports)
    return settings
