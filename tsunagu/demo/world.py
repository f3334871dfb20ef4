"""The programme as one deterministic world: everything the demo replays follows from one seed.

    python -m tsunagu.demo.world [seed]

prints a summary of it.
"""

import hashlib
import json
import sys
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tsunagu.demo.partners import Partner, partners
from tsunagu.demo.planned import Planned
from tsunagu.demo.referrals import referrals
from tsunagu.demo.roster import SupporterRow, to_csv
from tsunagu.demo.specialists import specialists
from tsunagu.demo.summary import summary
from tsunagu.demo.supporters import supporters

__all__ = [
    "SEED",
    "World",
    "fingerprint",
    "partners",
    "referrals",
    "specialists",
    "supporters",
    "to_csv",
    "world",
]

SEED = 2025


@dataclass(frozen=True, slots=True)
class World:
    supporters: list[SupporterRow]
    specialists: list[SupporterRow]
    partners: tuple[Partner, ...]
    referrals: list[Planned]


def world(seed: int = SEED) -> World:
    return World(supporters(seed), specialists(seed), partners(), referrals(seed))


def fingerprint(seed: int = SEED) -> str:
    """A hash of the whole world (SHA-256, hexadecimal): equal worlds, equal fingerprints."""
    text = json.dumps(_plain(world(seed)), default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Fields by name, times as text. (`asdict` would copy all of it first: most of the time this takes.)"""
    return {field.name: getattr(value, field.name) for field in fields(value)} if is_dataclass(value) else str(value)


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    print(summary(supporters(chosen), referrals(chosen)))
