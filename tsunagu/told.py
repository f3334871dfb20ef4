"""How a command ends: its exit code, and errors in one line for people."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import typer
from aiokafka.errors import KafkaError

from shared.errors import TsunaguError
from shared.store import DatabaseError

Run = Callable[..., Coroutine[Any, Any, int]]


def told(run: Run) -> Callable[..., None]:
    """Runs it; an error that is meant for people is printed as one line, and the exit code is 1."""

    @wraps(run)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            code = asyncio.run(run(*args, **kwargs))
        except TsunaguError as error:
            print(f"tsunagu: {error}", file=sys.stderr)
            code = 1
        except (OSError, KafkaError, DatabaseError) as error:
            print(f"tsunagu: cannot reach the network: {str(error).partition(' (configured')[0]}", file=sys.stderr)
            code = 1
        raise typer.Exit(code)

    return wrapped
