"""`python -m tests.delivery.sim SEED` plays one seed and prints its history; without one, many seeds, and what befell
them. Ends with 1 where a promise was broken.
"""

import argparse
import os
import sys
import time
from collections import Counter

from tests.delivery.sim.plants import PLANTS
from tests.delivery.sim.run import EVENTS, HASHES, play, play_all, said, workers


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.delivery.sim", description=__doc__)
    arguments.add_argument("seed", nargs="?", type=int, help="one seed, with its whole history")
    arguments.add_argument("--seeds", type=int, default=2000, help="how many, where none is named (%(default)s)")
    arguments.add_argument("--first", type=int, default=0, help="the first of them (%(default)s)")
    arguments.add_argument("--events", type=int, default=EVENTS, help="of each seed, at least (%(default)s)")
    arguments.add_argument(
        "--plant", default="", choices=("", *PLANTS), metavar="BUG", help=f"one of {', '.join(PLANTS)}"
    )
    given = arguments.parse_args()
    if given.seed is None:
        return many(range(given.first, given.first + given.seeds), given.events, given.plant)
    if os.environ.get("PYTHONHASHSEED") != HASHES["PYTHONHASHSEED"]:
        os.execve(sys.executable, [sys.executable, "-m", "tests.delivery.sim", *sys.argv[1:]], os.environ | HASHES)
    return one(given.seed, given.events, given.plant)


def one(seed: int, events: int, plant: str) -> int:
    outcome = play(seed, events, plant, always=True)
    print(said(outcome))
    return 1 if outcome.problems else 0


def many(seeds: range, events: int, plant: str) -> int:
    began, counts, failed = time.monotonic(), Counter[str](), 0
    with workers() as pool:
        for outcome in play_all(pool, seeds, events, plant):
            counts += outcome.counts
            if outcome.problems:
                failed += 1
                print(said(outcome) if failed == 1 else f"seed {outcome.seed}: {outcome.problems[0]}", flush=True)
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s, {failed} with broken promises. What befell them:")
    print(", ".join(f"{what} {count:,}" for what, count in sorted(counts.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
