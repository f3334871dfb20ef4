"""A container in the terms of the kernel: a root that cannot be written to, mounts, a user, a network of its own.

All of them share one network without a way out, in which every name of docker-compose.yml is this machine, so their
environment and ports are the file's own.
"""

import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.model import ROOT

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NAMES = ("intake", "matching", "notify", "stats", "kafka", "mongo", "mail")


@dataclass(frozen=True)
class Network:
    """Its processes end with it."""

    holder: int

    def inside(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder}/ns/net"]


@contextmanager
def network() -> Iterator[Network]:
    # A shell that waits for the end of its input: it goes when this program goes, however that ends.
    hold = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat"]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin and holder.stdout
        try:
            assert holder.stdout.readline() == b"up\n", "no network namespace: are you root?"
            yield Network(holder.pid)
        finally:
            holder.stdin.close()


@dataclass(frozen=True)
class Container:
    """`mounts`: place in the container → (folder or file here, read-only). `user`: uid:gid."""

    name: str
    root: Path
    command: Sequence[str]
    env: Mapping[str, str]
    user: str
    mounts: Mapping[str, tuple[Path, bool]] = field(default_factory=dict)
    folder: str = "/tmp"

    def argv(self, on: Network) -> list[str]:
        """Each program becomes the next, so that the process that is started is the container's own in the end."""
        inner = ["chroot", f"--userspec={self.user}", "--groups=", str(self.root), "/bin/sh", "-c",
                 f'cd {self.folder} && PATH="$CONTAINER_PATH" exec "$@"', "sh", *self.command]  # fmt: skip
        script = "\n".join(["set -e", *self._mounting(), 'exec setpriv --no-new-privs "$@"'])
        return [*on.inside(), "unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", *inner]

    def _mounting(self) -> Iterator[str]:
        root = shlex.quote(str(self.root))
        yield f"mount --bind {root} {root} && mount -o remount,bind,ro {root}"
        yield f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp"
        for place, (source, only_read) in {**_machine(), **self.mounts}.items():
            target = shlex.quote(f"{self.root}{place}")
            yield f"mount --bind {shlex.quote(str(source))} {target}"
            if only_read:
                yield f"mount -o remount,bind,ro {target}"

    def environment(self) -> dict[str, str]:
        return {**self.env, "CONTAINER_PATH": self.env.get("PATH", SYSTEM_PATH), "PATH": SYSTEM_PATH}


def _machine() -> dict[str, tuple[Path, bool]]:
    return {"/proc": (Path("/proc"), False), "/dev": (Path("/dev"), False)}


@dataclass
class Running:
    container: Container
    process: subprocess.Popen[bytes]
    log: Path

    def says(self) -> str:
        return f"{self.container.name} ({self.process.poll()}):\n{self.log.read_text(errors='replace')[-3000:]}"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """As `docker compose exec` would: another program, beside the first."""
        uid, _, gid = self.container.user.partition(":")
        into = ["nsenter", f"--target={self.process.pid}", "--mount", "--net", "--root", "--wd",
                f"--setuid={uid}", f"--setgid={gid}"]  # fmt: skip
        env = {**self.container.environment(), "PATH": f"{self.container.env.get('PATH', '')}:{SYSTEM_PATH}"}
        return subprocess.run([*into, *command], env=env, capture_output=True, text=True, check=False)

    def until(self, *command: str, within: float = 900.0) -> None:
        """Asks again and again, as a health check does."""
        deadline = time.monotonic() + within
        while (done := self.run(*command)).returncode:
            assert self.process.poll() is None, f"it ended: {self.says()}"
            assert time.monotonic() < deadline, f"{done.stdout}{done.stderr}\n{self.says()}"
            time.sleep(0.5)


@contextmanager
def started(container: Container, on: Network, log: Path) -> Iterator[Running]:
    with log.open("wb") as out, subprocess.Popen(
        container.argv(on), env=container.environment(), stdout=out, stderr=out, stdin=subprocess.DEVNULL
    ) as process:  # fmt: skip
        try:
            yield Running(container, process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


def ran(container: Container, on: Network, stdin: Path | None = None) -> subprocess.CompletedProcess[str]:
    """To its end: a one-shot."""
    with (stdin or Path("/dev/null")).open("rb") as given:
        return subprocess.run(
            container.argv(on), env=container.environment(), stdin=given, capture_output=True, text=True, check=False
        )


def beside(on: Network, hosts: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A program of this machine in that network, which knows the names there."""
    script = f'mount --bind {shlex.quote(str(hosts))} /etc/hosts && exec "$@"'
    whole = [*on.inside(), "unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", *command]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False)


def hosts(folder: Path) -> Path:
    """The file that makes every name of the network this machine, and this machine's own name too: Java asks for it."""
    file = folder / "hosts"
    file.write_text(f"127.0.0.1 localhost {socket.gethostname()} {' '.join(NAMES)}\n")
    file.chmod(0o644)
    return file
