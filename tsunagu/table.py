"""A table at the terminal, as wide as what is in it: a key or an address that somebody copies is never broken or cut."""

from rich.console import Console
from rich.table import Table

ANY = 10_000


def show(table: Table) -> None:
    Console(width=Console(width=ANY).measure(table).maximum).print(table)
