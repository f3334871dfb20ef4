"""The roster from a CSV file to commands: good rows are taken, every flaw of the others is named."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.matching.domain.commands import Enrol, Profile
from shared import region
from shared.access import Actor
from shared.ids import derive
from shared.kernel.commands import Commands
from shared.kernel.record import Message
from shared.privacy.data_keys import DataKey
from shared.privacy.person import Contact
from shared.privacy.vault import Vault

COLUMNS = ("supporter_id", "name", "email", "phone", "languages", "speaks_to", "municipality", "categories",
           "capacity", "licences", "max_distance_km")  # fmt: skip
NEEDED = ("supporter_id", "name", "email", "languages", "municipality", "capacity")

_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")


class RowError(NamedTuple):
    """`row` as a spreadsheet counts, the header being 1; `message` says what to change."""

    row: int
    field: str
    message: str


class Unreadable(Exception):
    """No row of the file can be taken."""

    def __init__(self, flaw: RowError) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


@dataclass
class Roster:
    """What a file amounted to."""

    messages: list[Message] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


@dataclass
class RosterInlet:
    """`vault`: each supporter's contacts are sealed at once with a key of their own."""

    commands: Commands
    vault: Vault

    async def read(self, file: bytes, by: Actor) -> Roster:
        """`by`: the coordinator whose file it is."""
        roster = Roster()
        try:
            clean = _rows(file)
        except Unreadable as error:
            roster.errors.append(error.flaw)
            return roster
        keys = await self.vault.keys_for([_person(row) for row in clean if not flaws_of(row)])
        for number, row in enumerate(clean, 2):
            self._row(number, row, keys, by, roster)
        return roster

    def _row(
        self, number: int, row: Mapping[str, str], keys: Mapping[str, DataKey | None], by: Actor, roster: Roster
    ) -> None:
        flaws = flaws_of(row)
        if not flaws:
            key = keys[_person(row)]
            try:
                flaws = [] if key else [("supporter_id", "was erased: enrol them under a new one")]
                roster.messages += [self._message(row, key, by)] if key else []
            except ValidationError as error:
                flaws = [(str(e["loc"][0] if e["loc"] else "row"), e["msg"]) for e in error.errors()]
        roster.errors.extend(RowError(number, name, message) for name, message in flaws)

    def _message(self, row: Mapping[str, str], key: DataKey, by: Actor) -> Message:
        """The hash that tells whether a row has changed is keyed, too."""
        contact = Contact.model_validate(row).model_dump()
        profile = Profile(**_profile(row), contact=key.seal(contact))
        command = Enrol(profile=profile, content=key.hash(dict(row)))
        id_ = derive("enrol", key.person, command.content)
        return self.commands.message(key.person, command, id_, by, adapter="csv")


def _rows(file: bytes) -> list[dict[str, str]]:
    """Raises Unreadable."""
    rows = csv.DictReader(io.StringIO(decode(file)))
    try:
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        clean = [_clean(row) for row in rows]
    except csv.Error as error:
        raise Unreadable(RowError(rows.line_num, "file", f"this is no CSV file: {error}")) from error
    if missing:
        raise Unreadable(RowError(1, ", ".join(missing), f"column missing; the columns are {', '.join(COLUMNS)}"))
    return clean


def _clean(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    """Without what stands beyond the last column."""
    return {name: (value or "").strip() for name, value in row.items() if name and not isinstance(value, list)}


def _person(row: Mapping[str, str]) -> str:
    return f"supporter-{row['supporter_id']}"


def decode(file: bytes) -> str:
    """UTF-8, with or without a mark, or what Japanese spreadsheets write (cp932)."""
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("cp932", errors="replace")


def flaws_of(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every (field, what to change)."""
    flaws = [(name, "is empty: give a value") for name in NEEDED if not row.get(name)]
    if row.get("supporter_id") and not _ID.fullmatch(row["supporter_id"]):
        flaws.append(("supporter_id", "is no id: at most 80 of A-Z, a-z, 0-9, dot, dash, underscore; never a name"))
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
