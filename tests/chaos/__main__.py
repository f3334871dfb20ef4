"""`make chaos`: the network under kills, cuts, freezes and poison; exit code 0 when nothing was lost and nothing twice."""

import argparse
import asyncio
import logging
import sys
from dataclasses import fields, replace
from pathlib import Path
from tempfile import mkdtemp

from tests.apache.kafka import missing
from tests.chaos.outcome import Outcome
from tests.chaos.plan import Wishes
from tests.chaos.run import run

SHORT = Wishes(
    events=1500, kills=8, rebalances=2, stops=2, severed=2, frozen=1, poison=20, recovery=120, settled=180
)  # fmt: skip
"""About a minute and a half. Of so few faults, on a machine that does other things too, times say little."""


def wishes(arguments: list[str]) -> Wishes:
    """Ends the process with 2 and a sentence where they do not fit."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a minute and a half instead of ten")
    for field in fields(Wishes):
        choices = ("apache", "embedded") if field.name == "broker" else None
        parser.add_argument(f"--{field.name}", type=type(field.default), choices=choices, help=f"{field.default}")
    said = vars(parser.parse_args(arguments))
    start = SHORT if said.pop("short") else Wishes()
    made = Wishes(**{**vars(start), **{name: value for name, value in said.items() if value is not None}})
    if made.broker == "embedded":  # it forgets what partners had written, and the dead letters
        made = replace(made, poison=0)
    if any(isinstance(value, (int, float)) and value < 0 for value in vars(made).values()) or not made.events:
        parser.error("numbers must not be negative, and some events there must be")
    if made.broker == "apache" and (lacking := missing("java", "mvn")):
        parser.error(f"not on this machine: {', '.join(lacking)} (or: --broker embedded)")
    return made


def main() -> int:
    logging.disable(logging.CRITICAL)  # clients say at length that a broker is away: that is what we are doing to it
    asked = wishes(sys.argv[1:])
    outcome: Outcome = asyncio.run(run(Path(mkdtemp(prefix="tsunagu-chaos-")), asked))
    return 1 if outcome.wrong() else 0


if __name__ == "__main__":
    sys.exit(main())
