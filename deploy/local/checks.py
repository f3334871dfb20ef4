"""Readiness checks: each asks a part, the way its clients do, whether it would serve them now."""

import asyncio
import http.client
import json
import struct
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.part import ReadyCheck

_PATIENCE = 2.0
_NO_ANSWER = "no answer yet"


def in_order(*checks: ReadyCheck) -> ReadyCheck:
    """All of `checks` pass; the reason is that of the first one which does not."""

    async def check() -> str | None:
        for one in checks:
            if reason := await one():
                return reason
        return None

    return check


def tcp(host: str, port: int) -> ReadyCheck:
    """Something listens there."""

    async def check() -> str | None:
        try:
            _, writer = await _connect(host, port)
        except (OSError, TimeoutError) as error:
            return str(error) or _NO_ANSWER
        writer.close()
        return None

    return check


def kafka(host: str, port: int) -> ReadyCheck:
    """A broker answers the first question of every Kafka client, ApiVersions."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                return None if await _speaks_kafka(host, port) else "not a Kafka broker"
        except (OSError, EOFError, TimeoutError):
            return _NO_ANSWER

    return check


def mongo(url: str) -> ReadyCheck:
    """A database answers `ping`."""

    async def check() -> str | None:
        client: AsyncMongoClient[dict[str, Any]] | None = None
        try:
            client = AsyncMongoClient(url, serverSelectionTimeoutMS=int(_PATIENCE * 1000))
            await client.admin.command("ping")
        except PyMongoError as error:
            return str(error).partition(",")[0]
        finally:
            if client is not None:
                await client.close()
        return None

    return check


def http_ready(host: str, port: int) -> ReadyCheck:
    """`GET /health/ready` answers 200; while it answers 503, its `waiting_for` is the reason."""

    async def check() -> str | None:
        try:
            status, body = await asyncio.to_thread(_get, host, port, "/health/ready")
        except (OSError, http.client.HTTPException):
            return _NO_ANSWER
        return None if status == http.client.OK else _reason(status, body)

    return check


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.wait_for(asyncio.open_connection(host, port), _PATIENCE)


async def _speaks_kafka(host: str, port: int) -> bool:
    reader, writer = await _connect(host, port)
    try:
        # Length, then: api key 18 (ApiVersions), version 0, correlation id 1, no client id.
        writer.write(struct.pack(">ihhih", 10, 18, 0, 1, -1))
        _length, correlation = struct.unpack(">ii", await reader.readexactly(8))
        return bool(correlation == 1)
    finally:
        writer.close()


def _get(host: str, port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _reason(status: int, body: bytes) -> str:
    try:
        waiting_for = json.loads(body)["waiting_for"]
        return f"waiting for {', '.join(map(str, waiting_for))}"
    except (ValueError, KeyError, TypeError):
        return f"/health/ready answers {status}"
