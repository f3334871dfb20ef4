"""What the person at the terminal reads: one line for each thing that happens."""

from rich.console import Console
from rich.text import Text

_NAME_WIDTH = 10


class Progress:
    """Lines of the form `broker    up in 0.4 s   127.0.0.1:9092`, never wrapped, never cut."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()

    def up(self, name: str, seconds: float, address: str) -> None:
        """The part `name` is ready, `seconds` after it was started."""
        self._line(name, f"up in {seconds:.1f} s   {address}", "green")

    def note(self, name: str, what: str) -> None:
        """Something worth knowing about the part `name`."""
        self._line(name, what, "yellow")

    def say(self, sentence: str) -> None:
        """Something about the stack as a whole."""
        self._print(Text(sentence))

    def trouble(self, sentence: str) -> None:
        """Why the stack cannot go on."""
        self._print(Text(sentence, style="bold red"))

    def _line(self, name: str, what: str, style: str) -> None:
        self._print(Text.assemble((f"{name:<{_NAME_WIDTH}}", style), what))

    def _print(self, text: Text) -> None:
        # A line may be searched for, or copied: the terminal wraps it, we do not.
        self._console.print(text, soft_wrap=True)
