"""A contestant's process: started, watched for what it costs, killed."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.apache.kafka import tail
from tests.house.rooms import ROOT

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Spent:
    """Seconds of a processor so far: the contestant's own, with all its children, and its broker's and database's."""

    own: float
    servers: float

    def per(self, before: "Spent", events: int) -> tuple[float, float]:
        """Since `before`, in milliseconds per event: its own, and with the servers'."""
        own, servers = self.own - before.own, self.servers - before.servers
        return 1000 * own / events, 1000 * (own + servers) / events


@dataclass
class Running:
    """`peak`: the most memory seen, in MB, of the contestant with its children."""

    process: psutil.Popen
    servers: Sequence[psutil.Process]
    log: Path
    peak: float = 0

    def spent(self) -> Spent:
        return Spent(sum(map(_seconds, self._tree())), sum(map(_seconds, self.servers)))

    def look(self) -> None:
        """Raises AssertionError when it has ended."""
        assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{tail(self.log)}"
        self.peak = max(self.peak, sum(one.memory_info().rss for one in self._tree()) / MEGABYTE)

    def _tree(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid), *self.process.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def running(command: Sequence[str], folder: Path, servers: Sequence[int]) -> Iterator[Running]:
    """Ended by kill -9: what was committed must be out by then. `servers`: process ids."""
    folder.mkdir(parents=True)
    log = folder / "log"
    with log.open("wb") as out:
        process = psutil.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            yield Running(process, [psutil.Process(pid) for pid in servers], log)
        finally:
            with suppress(psutil.NoSuchProcess):  # it may have ended by itself, or between two of these
                for one in (*process.children(recursive=True), process):
                    one.kill()
            process.wait()
