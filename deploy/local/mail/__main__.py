"""Run the mail server until SIGTERM or SIGINT."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from deploy.local.mail.api import api
from deploy.local.mail.index import Index
from deploy.local.mail.pages import pages
from deploy.local.mail.smtp import serve_smtp
from deploy.local.mail.store import Store

# Everybody's mail is in there and nobody is asked who they are: for this machine alone.
_HOST = "127.0.0.1"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mail", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True, help="folder of the mails")
    return parser.parse_args()


async def _run(smtp_port: int, web_port: int, folder: Path) -> None:
    store = Store(folder)
    index = Index(store)
    smtp = await serve_smtp(_HOST, smtp_port, store, index)
    async with smtp:
        await _serve_web(web_port, store, index)


async def _serve_web(port: int, store: Store, index: Index) -> None:
    app = FastAPI(title="Tsunagu local mail", docs_url=None, redoc_url=None)
    app.include_router(api(store, index))
    app.include_router(pages(store, index))
    # A program that waits for mail may wait for a minute; stopping does not.
    options = uvicorn.Config(app, _HOST, port, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(options)

    def stop() -> None:
        server.should_exit = True

    # The web server has handlers of its own while it runs, and afterwards raises the signal again, which
    # would end the process before the SMTP server is closed: ours take it instead.
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    await server.serve()


def main() -> None:
    """Read the command line and serve."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    arguments = _arguments()
    asyncio.run(_run(arguments.smtp_port, arguments.web_port, arguments.store))


if __name__ == "__main__":
    main()
