"""Requests as fast as a small client can send them, and a server that only validates."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
import uvloop
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.events.referrals import ReferralPublished

LANES, PATIENCE = 16, 60
ACCEPTED = b"HTTP/1.1 202"


async def requests_per_second(url: str, bodies: Sequence[dict[str, Any]], key: str) -> float:
    """Those answered with `accepted`, not with `requested`: come again. Each lane keeps its connection, and waits for each
    answer. Raises AssertionError for any but a 202.
    """
    address = urlsplit(url)
    assert address.hostname
    waiting = [_request(address.netloc, body, key) for body in bodies]
    lanes = [await asyncio.open_connection(address.hostname, address.port) for _ in range(LANES)]
    began = time.perf_counter()
    accepted = sum(await asyncio.gather(*(_lane(*lane, waiting) for lane in lanes)))
    took = time.perf_counter() - began
    for _, writer in lanes:
        writer.close()
    return accepted / took


def _request(host: str, body: dict[str, Any], key: str) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST /referrals HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _lane(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: list[bytes]) -> int:
    accepted = 0
    while waiting:
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(ACCEPTED), head.decode()
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = json.loads(await reader.readexactly(int(length.partition(b":")[2])))
        accepted += body["state"] == "accepted"
    return accepted


@contextmanager
def bare_server() -> Iterator[str]:
    """In a process of its own, as the services are."""
    port = choose_ports(LocalSettings(free_ports=True), ["intake"]).ports["intake"]
    with subprocess.Popen([sys.executable, "-m", "tests.bench.http", str(port)]) as process:
        try:
            _until_listening(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the bare server does not listen")


def bare_app() -> FastAPI:
    """What FastAPI does by itself: parse, validate, answer."""
    app = FastAPI(openapi_url=None)

    @app.post("/referrals", status_code=202)
    async def publish(referral: ReferralPublished) -> JSONResponse:
        return JSONResponse({"reference": referral.reference, "state": "accepted"}, 202)

    return app


def main(port: int) -> None:
    """With the same server settings as shared.service."""
    config = uvicorn.Config(
        bare_app(),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
        lifespan="off",
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]))
