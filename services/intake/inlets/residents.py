"""Residents' data on its way in: what a partner sealed to the network is opened once and kept under a key of its own.

After this nobody needs the network's private key any more: who erases the resident's key erases the resident.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import KeySet
from pydantic import ValidationError

from services.intake.domain.admission import Flaw
from services.intake.domain.commands import Publish
from services.intake.inlets.taking import Asked, Unfit
from shared import once, seal
from shared.access import INLET
from shared.privacy.audit import Audit, Opening
from shared.privacy.data_keys import DataKey
from shared.privacy.person import Resident
from shared.privacy.vault import Vault

Outcome = Asked | Unfit | Exception
Read = tuple[Outcome, Resident | None]
"""What was asked, and the resident it is about, opened: to be kept or forgotten, never to be stored like this."""
HALF = "half of a character stands in it, as of a text that was cut: send whole ones"
ERASED = Flaw("reference", "erased", "who this reference named was erased: use a new reference")


@dataclass(frozen=True)
class Residents:
    """`network`: the private halves of what partners seal to, older ones too."""

    network: KeySet
    vault: Vault
    audit: Audit

    async def keep(self, read: Sequence[Read]) -> list[Outcome]:
        """The same, in order: each referral with its resident sealed anew, or why it cannot be taken."""
        cases = [one.case for one, clear in read if isinstance(one, Asked) and clear]
        keys = await self.vault.keys_for(cases)
        await self.audit.note([Opening(str(INLET), case, "taken_in") for case in dict.fromkeys(cases)])
        return [_kept(one, clear, keys) for one, clear in read]

    def read(self, one: Outcome) -> Read:
        """Opened, or Unfit. Nothing is kept."""
        if not isinstance(one, Asked) or not isinstance(one.command, Publish):
            return one, None
        try:
            return one, self.opened(one.command.referral.resident)
        except Unfit as unfit:
            return unfit, None

    def opened(self, sealed: str) -> Resident:
        """Raises Unfit. No sentence repeats what was inside."""
        try:
            return Resident.model_validate(seal.open_json(sealed, self.network))
        except seal.CannotOpen as error:
            message = "sealed to a key that is not ours, or no longer: seal it to the first of /.well-known/jwks.json"
            raise Unfit([Flaw("resident", "unknown_key", message)]) from error
        except ValidationError as error:
            raise Unfit([_flaw(e) for e in error.errors()]) from error
        except (json.JSONDecodeError, UnicodeDecodeError, once.Twice, RecursionError) as error:
            message = "what is sealed must be one JSON object, UTF-8, each field in it once"
            raise Unfit([Flaw("resident", "malformed", message)]) from error


def _flaw(error: Any) -> Flaw:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden" or name not in Resident.model_fields:
        return Flaw("resident", "malformed", "what is sealed must be an object of name, contacts and note, all text")
    code = "resident_missing" if error["type"] == "missing" else "malformed"
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "string_unicode":
        said = HALF
    return Flaw(f"resident.{name}", code, f"resident.{name}: {said[:1].lower()}{said[1:]}")


def _kept(one: Outcome, clear: Resident | None, keys: Mapping[str, DataKey | None]) -> Outcome:
    if clear is None or not isinstance(one, Asked):
        return one
    key = keys[one.case]
    return one.kept(key, clear.model_dump()) if key else Unfit([ERASED])
