"""The roster from a CSV file to commands: good rows are taken, every flaw of the others is named."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from services.matching.domain.commands import Enrol, Profile
from services.matching.inlets.flaws import Wrong, flaws_of, with_repeats
from services.matching.inlets.row_errors import RowError, ToChange, Unreadable
from services.matching.inlets.rows import Row, rows_of
from shared import region
from shared.access import Actor
from shared.i18n.step_labels import _
from shared.kernel.commands import Commands
from shared.kernel.record import Message
from shared.privacy.data_keys import DataKey
from shared.privacy.person import Contact
from shared.privacy.vault import Vault


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
            clean = rows_of(file)
        except Unreadable as error:
            roster.errors += error.flaws
            return roster
        flaws = {number: flaws_of(row) + again for number, row, again in with_repeats(clean)}
        keys = await self.vault.keys_for([_person(row) for number, row in clean.items() if not flaws[number]])
        for number, row in clean.items():
            self._row(number, row, flaws[number], keys, by, roster)
        return roster

    def _row(
        self, number: int, row: Row, flaws: list[Wrong], keys: Mapping[str, DataKey | None], by: Actor, roster: Roster
    ) -> None:
        if not flaws:
            key = keys[_person(row)]
            try:
                flaws = [] if key else [("supporter_id", ToChange(_("was erased: enrol them under a new one")))]
                roster.messages += [self._message(row, key, by)] if key else []
            except ValidationError as error:
                flaws = [(str(e["loc"][0] if e["loc"] else "row"), _in_english(e["msg"])) for e in error.errors()]
        roster.errors.extend(RowError(number, name, message) for name, message in flaws)

    def _message(self, row: Row, key: DataKey, by: Actor) -> Message:
        """The hash that tells whether a row has changed is keyed, too. It says what is a repeat, the id does not: a row
        that is changed and changed back is no repeat.
        """
        contact = Contact.model_validate(row).model_dump()
        profile = Profile(**_profile(row), contact=key.seal(contact))
        command = Enrol(profile=profile, content=key.hash(dict(row)))
        return self.commands.message(key.person, command, f"enrol-{secrets.token_hex(10)}", by, adapter="csv")


def _in_english(said: str) -> ToChange:
    """What no rule of ours foresaw."""
    return ToChange("%(said)s", {"said": said})


def _person(row: Row) -> str:
    return f"supporter-{row['supporter_id']}"


def _profile(row: Row) -> dict[str, Any]:
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
