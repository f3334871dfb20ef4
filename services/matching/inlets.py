"""The roster from a CSV file to commands: good rows are taken, every flaw of the others is named."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from joserfc.jwk import KeySet
from pydantic import ValidationError

from services.matching.domain.commands import Enrol, Profile
from shared import region, seal
from shared.ids import derive
from shared.kernel.commands import Commands
from shared.kernel.record import Message

COLUMNS = ("supporter_id", "name", "email", "phone", "languages", "speaks_to", "municipality", "categories",
           "capacity", "licences", "max_distance_km")  # fmt: skip
NEEDED = ("supporter_id", "name", "email", "languages", "municipality", "capacity")


class RowError(NamedTuple):
    """`row` as a spreadsheet counts, the header being 1; `message` says what to change."""

    row: int
    field: str
    message: str


@dataclass
class Roster:
    """What a file amounted to."""

    messages: list[Message] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


@dataclass
class RosterInlet:
    """`keys`: contacts are sealed to them at once. `secret`: keys the hash that tells whether a row has changed."""

    commands: Commands
    keys: KeySet
    secret: bytes

    def read(self, file: bytes) -> Roster:
        roster = Roster()
        rows = csv.DictReader(io.StringIO(decode(file)))
        if missing := [name for name in NEEDED if name not in (rows.fieldnames or ())]:
            roster.errors.append(
                RowError(1, ", ".join(missing), f"column missing; the columns are {', '.join(COLUMNS)}")
            )
            return roster
        for number, row in enumerate(rows, 2):
            self._row(number, row, roster)
        return roster

    def _row(self, number: int, row: Mapping[str, str | None], roster: Roster) -> None:
        clean = {name: (value or "").strip() for name, value in row.items() if name and not isinstance(value, list)}
        flaws = flaws_of(clean)
        if not flaws:
            try:
                roster.messages.append(self._message(clean))
            except ValidationError as error:
                flaws = [(str(e["loc"][0] if e["loc"] else "row"), e["msg"]) for e in error.errors()]
        roster.errors.extend(RowError(number, name, message) for name, message in flaws)

    def _message(self, row: Mapping[str, str]) -> Message:
        content = hashlib.blake2b(json.dumps(row, sort_keys=True).encode(), key=self.secret, digest_size=12)
        contact = {name: row.get(name, "") for name in ("name", "email", "phone")}
        profile = Profile(**_profile(row), contact=seal.seal_json(contact, self.keys))
        key = f"supporter-{row['supporter_id']}"
        command = Enrol(profile=profile, content=content.hexdigest())
        return self.commands.message(key, command, derive("enrol", key, command.content), adapter="csv")


def decode(file: bytes) -> str:
    """UTF-8, with or without a mark, or what Japanese spreadsheets write (cp932)."""
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("cp932", errors="replace")


def flaws_of(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every (field, what to change)."""
    flaws = [(name, "is empty: give a value") for name in NEEDED if not row.get(name)]
    if row.get("email") and "@" not in row["email"]:
        flaws.append(("email", "is no mail address"))
    flaws += [_unknown("languages", tag, region.languages()) for tag in row.get("languages", "").split()
              if region.canonical_language(tag) is None]  # fmt: skip
    flaws += [_unknown("categories", code, region.categories()) for code in row.get("categories", "").split()
              if code not in region.categories()]  # fmt: skip
    if (place := row.get("municipality")) and place not in region.municipalities():
        flaws.append(_unknown("municipality", place, region.municipalities()))
    flaws += [(name, f"{row[name]!r} is no whole number") for name in ("capacity", "max_distance_km")
              if row.get(name) and not row[name].isdigit()]  # fmt: skip
    return flaws


def _unknown(name: str, value: str, known: Any) -> tuple[str, str]:
    guess = region.closest(value, known)
    return name, f"{value!r} is not known here" + (f": did you mean {guess}?" if guess else "")


def _profile(row: Mapping[str, str]) -> dict[str, Any]:
    spoken = [region.canonical_language(tag) or tag for tag in row["languages"].split()]
    profile: dict[str, Any] = {
        "languages": spoken,
        "speaks_to": row.get("speaks_to") or spoken[0],
        "municipality": row["municipality"],
        "categories": row.get("categories", "").split(),
        "licences": row.get("licences", "").split(),
        "capacity": int(row["capacity"]),
    }
    if row.get("max_distance_km"):
        profile["max_distance_km"] = int(row["max_distance_km"])
    return profile
