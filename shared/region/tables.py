"""Reading the data files that lie beside the code."""

import csv
from functools import cache
from importlib.resources import files


def table(name: str, package: str = "shared.region") -> list[dict[str, str]]:
    """The rows of `data/<name>.csv` in a package, each from column to text."""
    text = (files(package) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def version() -> str:
    """Which region this is, and its data of when; to be told with every decision that rests on the data."""
    return (files("shared.region") / "data" / "version.txt").read_text(encoding="utf-8").strip()
