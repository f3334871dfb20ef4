"""Which port each part listens on: the one asked for, else the default one, else a free one."""

import random
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploy.local.errors import PortsTaken
from deploy.local.settings import LocalSettings

HOST = "127.0.0.1"
PORT_NAMES = ("broker", "db", "smtp", "inbox", "intake", "matching", "notify", "stats")

# Below the range from which kernels take the ports of outgoing connections: a client that keeps
# calling a dead part's port could otherwise be given that very port and keep the part from coming back.
_FREE_PORTS = range(18_000, 32_000)


@dataclass(frozen=True)
class PortChoice:
    """`ports`: by name; `notes`: one line for each default port that was taken."""

    ports: dict[str, int]
    notes: tuple[str, ...] = ()


def choose_ports(settings: LocalSettings, names: Sequence[str] = PORT_NAMES) -> PortChoice:
    """A different free port for each of `names`.

    Raises PortsTaken, naming all of them at once, when ports that were asked for are not free.
    """
    if settings.free_ports:
        return PortChoice(dict(zip(names, _free_ports(set()), strict=False)))
    asked = [name for name in names if settings.is_set(name)]
    ports = _asked_ports(settings, asked)
    notes: list[str] = []
    for name in [name for name in names if name not in asked]:
        ports[name] = _default_or_free(name, settings.port(name), set(ports.values()), notes)
    return PortChoice(ports, tuple(notes))


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of this machine's loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do; without it the closed connections of an earlier run look like a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _asked_ports(settings: LocalSettings, names: Sequence[str]) -> dict[str, int]:
    ports: dict[str, int] = {}
    wrong: list[str] = []
    for name in names:
        port = settings.port(name)
        if port in ports.values():
            wrong.append(f"{name}: port {port} is also another part's (TSUNAGU_{name.upper()}_PORT)")
        elif not is_free(port):
            wrong.append(f"{name}: port {port} is taken (TSUNAGU_{name.upper()}_PORT)")
        ports[name] = port
    if wrong:
        raise PortsTaken("; ".join(wrong))
    return ports


def _default_or_free(name: str, default: int, used: set[int], notes: list[str]) -> int:
    if default not in used and is_free(default):
        return default
    port = next(_free_ports(used))
    notes.append(f"{name}: port {default} is taken, using {port}")
    return port


def _free_ports(used: set[int]) -> Iterator[int]:
    for port in random.sample(_FREE_PORTS, len(_FREE_PORTS)):
        if port not in used and is_free(port):
            yield port
