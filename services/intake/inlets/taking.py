"""From what a partner said to a command. Kafka and HTTP both end in `to_command`; all they differ in is how they say no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from services.intake.domain.admission import Flaw, unknown_codes, which
from services.intake.domain.commands import Amend, Publish, Withdraw, case_key, command_id
from shared import region
from shared.events.base import Command
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn
from shared.privacy.data_keys import DataKey

TYPES = {model.type: model for model in (ReferralPublished, ReferralAmended, ReferralWithdrawn)}


@dataclass(frozen=True)
class Asked:
    """A command for one case, and its id."""

    case: str
    id: str
    command: Command

    def kept(self, key: DataKey, resident: Mapping[str, str]) -> "Asked":
        """The resident under a key of their own. The hash, made with it too, is that of all that was said."""
        assert isinstance(self.command, Publish)
        said = self.command.referral.model_dump(mode="json", by_alias=True)
        content = key.hash({**said, "resident": resident})
        referral = self.command.referral.model_copy(update={"resident": key.seal(resident)})
        return replace(self, command=self.command.model_copy(update={"referral": referral, "content": content}))


class Unfit(Exception):
    """A partner's data does not fit: every flaw."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(", ".join(flaw.code for flaw in flaws))
        self.flaws = tuple(flaws)


def to_command(org: str, record: str, type_: str, data: Mapping[str, Any]) -> Asked:
    """`record`: the partner's id for this record. Raises Unfit; what depends on the time is the case's to decide."""
    if type_ not in TYPES:
        raise Unfit([Flaw("type", "unknown_type", f"ce_type is none of {', '.join(TYPES)}")])
    referral = _read(TYPES[type_], data)
    if referral.reference in (".", ".."):  # a part of addresses, which every client would shorten
        raise Unfit([Flaw("reference", "malformed", "reference: not . or .. alone: give it a letter or a digit")])
    id_ = command_id(org, record)
    case = case_key(org, referral.reference)
    if isinstance(referral, ReferralWithdrawn):
        return Asked(case, id_, Withdraw(org=org, record=record, reference=referral.reference, reason=referral.reason))
    made = Amend if isinstance(referral, ReferralAmended) else Publish
    spoken = dict.fromkeys(map(region.told_language, referral.languages))
    referral = referral.model_copy(update={"languages": tuple(spoken)})
    return Asked(case, id_, made(org=org, record=record, referral=referral))


def _read(model: type[Any], data: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        flaws = _flaws(error)
        named = {flaw.field for flaw in flaws}
        raise Unfit([*flaws, *(flaw for flaw in unknown_codes(data) if flaw.field not in named)]) from error


_MEANT = {
    "category": which("category"),
    "languages": f"a tag is needed, as BCP 47 has it (vi, pt-BR): {which('language')}",
    "municipality": f"five digits are needed, as JIS X 0402 has it (08220): {which('municipality')}",
    "reference": "1 to 64 letters, digits, dots, dashes and underscores are needed",
}
"""What is meant by a text that does not have the form of its field."""
_SENTENCES = {
    ("resident", "string_too_long"): (
        "resident: what is sealed is too long: a name has at most 200 signs, contacts 1,000, a note 4,000"
    ),
    ("resident", "string_pattern_mismatch"): "seal it: a JWE in compact form, to a key of /.well-known/jwks.json",
    ("resident", "string_type"): "seal it: a JWE in compact form, to a key of /.well-known/jwks.json",
    ("consent", "missing"): "the resident's consent is needed: who gave it, when, for what, on what evidence",
}
_TIME = "a time with its offset is needed, as ISO 8601 has it: 2026-04-01T09:00:00+09:00"
_DAY = "a day is needed, as ISO 8601 has it: 2026-04-01"
_WORDS = {
    "too_short": "at least one is needed",
    "too_long": "too many",
    "timezone_aware": _TIME,
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"), _TIME
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    "tuple_type": "a list is needed",
    "model_type": "an object is needed",
}
"""Where pydantic speaks of Python's types, of which a partner knows nothing."""


def _flaws(error: ValidationError) -> list[Flaw]:
    """A list is not told that it is too short where its only entry was not good."""
    found = error.errors()
    inner = {one["loc"][:-1] for one in found}
    return [_flaw(one) for one in found if one["type"] != "too_short" or one["loc"] not in inner]


def _flaw(error: Any) -> Flaw:
    """Without the value that was wrong: it may be a person's."""
    field = ".".join(map(str, error["loc"])) or "value"
    code = f"{field.split('.')[0]}_missing" if error["type"] == "missing" else "malformed"
    said = error["msg"].removeprefix("Value error, ")
    words = _WORDS.get(error["type"], f"{said[:1].lower()}{said[1:]}")
    if error["type"] == "not_iso_8601":
        words = _DAY if field == "arrived_on" else _TIME
    if error["type"] == "string_pattern_mismatch":
        words = _MEANT.get(field.partition(".")[0], words)
    message = _SENTENCES.get((field, error["type"]), f"{field}: {words}")
    return Flaw(field, code, message)
