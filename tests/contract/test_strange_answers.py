"""tsunagu status, where something else has taken a service's address, or what the services stand on is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tsunagu.commands import status
from tsunagu.commands.status import of_service
from tsunagu.session import enter
from tsunagu.where import SERVICES, Where


@contextmanager
def answering(body: bytes, metrics: bytes | None = None, code: int = 200) -> Iterator[str]:
    """`metrics`: of what answers `/metrics` otherwise than all else."""

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code)
            self.end_headers()
            self.wfile.write(metrics if metrics is not None and self.path == "/metrics" else body)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"1", b'{"ready": false}', b'{"ready": false, "waiting_for": null}'])
async def test_it_is_no_service_of_ours(body: bytes) -> None:
    with answering(body) as url:
        async with httpx.AsyncClient() as http:
            row = await of_service(
                http, "intake", Where(Kafka("127.0.0.1:1"), "mongodb://127.0.0.1:1", {"intake": url}, None)
            )
    assert row == ("intake", "something else answers", "", "", "", url)


async def test_a_service_that_waits_has_refused_nobody() -> None:
    """As while its database's disk is full: a command that signs in is told where to look."""
    with answering(b'{"type": "urn:tsunagu:problem:away", "status": 503}', code=503) as url:
        async with httpx.AsyncClient() as http:
            with pytest.raises(TsunaguError, match=r"cannot answer just now: `tsunagu status`"):
                await enter(http, f"{url}/sign-in?token=x")


async def test_what_is_stuck_is_told_as_it_stands() -> None:
    """A process that has started since counts no document that became stuck; one that was released is still counted."""
    metrics = b"tsunagu_letters_aside 3.0\ntsunagu_stuck_documents_total 1.0\n"
    with answering(b'{"ready": true, "waiting_for": []}', metrics) as url:
        async with httpx.AsyncClient() as http:
            where = Where(Kafka("127.0.0.1:1"), "mongodb://127.0.0.1:1", {"intake": url}, None)
            assert await of_service(http, "intake", where) == ("intake", "ready", "0", "3", "0", url)


async def test_services_that_have_not_noticed_yet_are_not_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("TSUNAGU_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("TSUNAGU_MONGO", "mongodb://127.0.0.1:1")
    with answering(b'{"ready": true, "waiting_for": []}', metrics=b"") as url:
        for service in SERVICES:
            monkeypatch.setenv(f"TSUNAGU_URL_{service.upper()}", url)
        assert await status.run() == 1
    told = capsys.readouterr().out
    assert told.count("ready") == 4 and told.count("no answer") == 2
    assert told.count(url) == 4, "as it is, to be copied"
