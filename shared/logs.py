"""Logs: one JSON object a line. Ids and codes; never a name, a phone number or free text."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class Enduring:
    """A stream for lines of a log: what its disk has no room for is lost, and whoever writes it goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(service: str, level: str = "INFO") -> None:
    """Once per process, before anything logs."""
    logging.basicConfig(level="WARNING", stream=sys.stdout, format='{"event": "%(name)s", "level": "%(levelname)s"}')
    logging.getLogger("aiokafka").setLevel("CRITICAL")  # its retries are told by our own readers, once each
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Enduring(sys.stdout))),
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger() -> structlog.typing.FilteringBoundLogger:
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log


def where(error: BaseException) -> str:
    """The error's kind and the line of our code that raised it: its message may hold what was read."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
