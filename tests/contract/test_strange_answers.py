"""tsunagu status, where something else has taken a service's address: it says so in that service's row."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from shared.kafka.connection import Kafka
from tsunagu.commands.status import of_service
from tsunagu.where import Where


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

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
