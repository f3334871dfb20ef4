"""How a command ends: its exit code, and errors in one line for people."""

import asyncio
import os
import re
import select
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import typer

from deploy.local.errors import FULL
from shared.errors import TsunaguError

Run = Callable[..., Coroutine[Any, Any, int]] | Callable[..., int]
NOBODY_READS = 141
"""As whoever is ended by SIGPIPE: `tsunagu … | head` has seen enough."""


def told(run: Run) -> Callable[..., None]:
    """Runs it; an error that is meant for people is printed as one line, and the exit code is 1."""

    @wraps(run)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            code = _ended(run(*args, **kwargs))
            sys.stdout.flush()
        except TsunaguError as error:
            print(f"tsunagu: {error}", file=sys.stderr)
            code = 1
        except _of_the_parts() as error:
            if isinstance(error, BrokenPipeError) and _nobody_reads():
                raise typer.Exit(NOBODY_READS) from None
            print(f"tsunagu: {_why(error)}", file=sys.stderr)
            code = 1
        raise typer.Exit(code)

    return wrapped


def _ended(run: Coroutine[Any, Any, int] | int) -> int:
    return run if isinstance(run, int) else asyncio.run(run)


def _of_the_parts() -> tuple[type[Exception], ...]:
    """What broker, database and services raise. Asked for when something was raised: the clients take longer to load than
    most commands take.
    """
    from aiokafka.errors import KafkaError
    from httpx import RequestError

    from shared.store import DatabaseError

    return OSError, KafkaError, DatabaseError, RequestError


def _why(error: BaseException) -> str:
    """A file is named. What is there and refuses us says why; else it is away."""
    if isinstance(error, OSError) and (error.filename is not None or error.errno in FULL):
        return ": ".join(filter(None, (error.filename and str(error.filename), error.strerror)))
    from httpx import RequestError

    if isinstance(error, RequestError):  # not its whole address: a link to sign in with is one
        at = error.request.url
        return f"no service answers at {at.scheme}://{at.netloc.decode()}: see `tsunagu status`"
    from shared.connections import Connections
    from shared.refusals import reason
    from shared.settings import made

    away = f"cannot reach the network: {_said(error)}"
    try:
        return asyncio.run(reason(away, error, made(Connections)))
    except TsunaguError:  # it was the stack that runs here: nobody had to say where
        return away


def _said(error: BaseException) -> str:
    """Without the settings and the view of the whole cluster that the database's driver adds, and without the types of
    sockets that the broker's client names.
    """
    from shared.store import DatabaseError

    if brokers := re.findall(r"\('([^']+)', (\d+), <AddressFamily", str(error)):
        return f"no broker answers: {', '.join(f'{host}:{port}' for host, port in brokers)}"
    if isinstance(error, DatabaseError) and getattr(error, "code", None) is not None:
        from shared.refusals import kind

        return f"the database refuses what is asked of it ({kind(error)}): is its disk full?"
    said = re.split(r" \(configured |, Timeout: ", str(error))[0] or type(error).__name__
    return f"the database does not answer: {said}" if isinstance(error, DatabaseError) else said


def _nobody_reads() -> bool:
    """Whether it is our own output that broke, and not a connection; then what is left of it goes nowhere."""
    output = select.poll()
    output.register(sys.stdout, 0)  # errors are told unasked
    if not output.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True
