"""The web server of a service."""

import contextlib
import os
import socket

import uvicorn
from fastapi import FastAPI

from shared import logs
from shared.errors import TsunaguError


def server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """To be served and stopped by who made it: signals are theirs."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False,
        timeout_graceful_shutdown=5, timeout_keep_alive=75, lifespan="off",
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # signals are ours
    return server


async def served(web: uvicorn.Server, door: socket.socket) -> int:
    """0 once it was told to end; 1 where it ends by itself: a service that nobody can ask is none."""
    try:
        await web.serve(sockets=[door])
    except Exception as error:
        logs.logger().error("the web server has failed", error=logs.where(error))
    return 0 if web.should_exit else 1


def listening(host: str, port: int) -> socket.socket:
    """Before anything else starts. Raises TsunaguError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "it is no address of this machine"
        raise TsunaguError(f"cannot listen on {host}:{port} (TSUNAGU_HTTP_HOST, TSUNAGU_HTTP_PORT): {why}") from error
