"""How a command ends: when nobody reads what it says, and when a part of the network is away."""

import os
import socket
import subprocess
import sys

import httpx
import pytest
import typer
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from shared.kafka.connection import Kafka, cluster_id
from tsunagu.told import told

COMMAND = """
import typer
from tsunagu.told import told

@told
async def talk() -> int:
    for line in range({lines}):
        print(line)
    return 0

typer.run(talk)
"""


@pytest.mark.parametrize("lines", [1, 100_000], ids=["heard at the end", "heard on the way"])
def test_it_ends_without_a_word(lines: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        ended = subprocess.run(
            [sys.executable, "-c", COMMAND.format(lines=lines)],
            stdout=nobody, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.parametrize("listens", [True, False], ids=["it hangs", "nothing listens"])
def test_a_database_that_is_away_is_named_in_a_line(capsys: pytest.CaptureFixture[str], listens: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not listens:
            server.close()

        @told
        async def ask() -> int:
            await AsyncMongoClient(f"mongodb://127.0.0.1:{port}", serverSelectionTimeoutMS=300).admin.command("ping")
            return 0

        with pytest.raises(typer.Exit):
            ask()
    said = capsys.readouterr().err
    assert said.startswith("tsunagu: cannot reach the network: the database does not answer: ")
    assert len(said.splitlines()) == 1 and "opology" not in said and "configured" not in said


def test_a_database_that_refuses_is_told_without_its_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """With a full disk it answers each write so; what was to be written may stand in the rest of it."""

    @told
    async def ask() -> int:
        raise OperationFailure("internal server error", 1, {"codeName": "InternalError", "errmsg": "of Mika Mori"})

    with pytest.raises(typer.Exit):
        ask()
    said = capsys.readouterr().err
    assert said.startswith(
        "tsunagu: cannot reach the network: the database refuses what is asked of it (InternalError)"
    )
    assert len(said.splitlines()) == 1 and "full error" not in said and "Mori" not in said


def test_a_service_that_is_away_is_named_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    @told
    async def ask() -> int:
        async with httpx.AsyncClient() as http:
            await http.get("http://127.0.0.1:1/sign-in?token=secret")
        return 0

    with pytest.raises(typer.Exit) as ended:
        ask()
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "tsunagu: no service answers at http://127.0.0.1:1: see `tsunagu status`\n"


def test_a_broker_that_is_away_is_named_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    @told
    async def ask() -> int:
        await cluster_id(Kafka(f"127.0.0.1:{port}"))
        return 0

    with pytest.raises(typer.Exit):
        ask()
    said = capsys.readouterr().err.splitlines()[-1]  # what aiokafka logs, the command line does not show
    assert said == f"tsunagu: cannot reach the network: no broker answers: 127.0.0.1:{port}"
