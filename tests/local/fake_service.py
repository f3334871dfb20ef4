"""Stands in for a service: answers /health/ready as the services do, with FAKE_WAITING_FOR in the way."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

WAITING_FOR = os.environ.get("FAKE_WAITING_FOR")


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"ready": not WAITING_FOR, "waiting_for": [WAITING_FOR] if WAITING_FOR else []}
        self.send_response(503 if WAITING_FOR else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if __name__ == "__main__":
    address = (os.environ["TSUNAGU_HTTP_HOST"], int(os.environ["TSUNAGU_HTTP_PORT"]))
    HTTPServer(address, Health).serve_forever()
