"""How a command ends when nobody reads what it says."""

import os
import subprocess
import sys

import pytest

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
