"""A connection that breaks under a client, on the loop that services run on."""

import asyncio

import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from shared.kafka.broken import Connection

TURNS = 6
"""Of the loop, until aiokafka has heard of it for certain."""


def errors_of_sending(kind: type[AIOKafkaConnection]) -> set[type[BaseException]]:
    """When the connection has been closed a turn of the loop ago, or two, or more."""
    return {uvloop.run(_error(kind, turns)) for turns in range(TURNS)}


async def _error(kind: type[AIOKafkaConnection], turns: int) -> type[BaseException]:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    connection = kind("127.0.0.1", server.sockets[0].getsockname()[1])
    connection._do_version_lookup = _nothing
    await connection.connect()
    connection._writer.transport.abort()
    for _ in range(turns):
        await asyncio.sleep(0)
    try:
        await asyncio.wait_for(connection.send(ApiVersionRequest()), 5)
    except Exception as error:
        return type(error)
    finally:
        connection.close()
        server.close()
    raise AssertionError("it was answered")


async def _nothing() -> None:
    """Nobody answers as a broker here."""


def test_it_is_an_error_of_the_connection() -> None:
    assert errors_of_sending(Connection) == {KafkaConnectionError}


def test_without_us_some_would_be_none_that_aiokafka_expects() -> None:
    """Once this fails, aiokafka has mended its issue 1038, and shared/kafka/broken.py can go."""
    (theirs,) = Connection.__bases__  # by its own name it may be ours already: shared.kafka.reader installs it
    assert errors_of_sending(theirs) == {KafkaConnectionError, RuntimeError}
