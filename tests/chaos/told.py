"""What a run says while it runs: one readable line for each thing that happens, with the second it happened in."""

import time

from tests.delivery.support.network import Notes


class Lines(Notes):
    """`said`, of the supervisors, is kept: (part, what)."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._began

    def line(self, what: str, about: str) -> None:
        minutes, seconds = divmod(int(self.seconds), 60)
        print(f"{minutes:3d}:{seconds:02d}  {what:<10} {about}", flush=True)

    def up(self, name: str, seconds: float, address: str) -> None:
        self.line("up", f"{name} in {seconds:.1f} s, {address}")

    def note(self, name: str, what: str) -> None:
        self.said.append((name, what))
        self.line("note", f"{name} {what}")

    def say(self, sentence: str) -> None:
        self.line("note", sentence)

    def trouble(self, sentence: str) -> None:
        self.line("TROUBLE", sentence)
