"""From a partner to a command. Kafka and HTTP both end in `to_command`; all they differ in is how they say no."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from services.intake.domain.admission import Flaw, problems
from services.intake.domain.commands import (
    Amend,
    Publish,
    Reject,
    Withdraw,
    case_key,
    command_id,
    content_hash,
)  # fmt: skip
from shared.clock import Clock
from shared.errors import BadRecord
from shared.events.base import Command
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn
from shared.kernel import dead_letters
from shared.kernel.commands import Commands
from shared.kernel.ports import Counter, Sealer
from shared.kernel.record import MAX_BYTES, Message, Record, decode_headers, encode, moment, required

PATTERN = r"^partner\.[a-z0-9-]+\.referrals$"
MAX_ID = 200
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
TYPES = {model.type: model for model in (ReferralPublished, ReferralAmended, ReferralWithdrawn)}


@dataclass(frozen=True)
class Asked:
    """A command for one case, and its id."""

    case: str
    id: str
    command: Command


class Unfit(Exception):
    """A partner's data does not fit: every flaw."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(", ".join(flaw.code for flaw in flaws))
        self.flaws = tuple(flaws)


def to_command(org: str, record: str, type_: str, data: Mapping[str, Any]) -> Asked:
    """`record`: the partner's id for this record. Raises Unfit; what depends on the time is the case's to decide."""
    if type_ not in TYPES:
        raise Unfit([Flaw("type", "unknown_type", f"{type_ or 'no type'}: one of {', '.join(TYPES)}")])
    referral = _read(TYPES[type_], data)
    id_ = command_id(org, record)
    case = case_key(org, referral.reference)
    if isinstance(referral, ReferralWithdrawn):
        return Asked(case, id_, Withdraw(org=org, record=record, reference=referral.reference, reason=referral.reason))
    made = Amend if isinstance(referral, ReferralAmended) else Publish
    content = content_hash(referral.model_dump(mode="json", by_alias=True))
    return Asked(case, id_, made(org=org, record=record, content=content, referral=referral))


def _read(model: type[Any], data: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Unfit([_flaw(e) for e in error.errors()]) from error


_SENTENCES = {
    ("resident", "string_pattern_mismatch"): "seal it: a JWE in compact form, to a key of /.well-known/jwks.json",
    ("consent", "missing"): "the resident's consent is needed: who gave it, when, for what, on what evidence",
}


def _flaw(error: Any) -> Flaw:
    """Without the value that was wrong: it may be a person's."""
    field = ".".join(map(str, error["loc"])) or "value"
    code = f"{field.split('.')[0]}_missing" if error["type"] == "missing" else "malformed"
    message = _SENTENCES.get((field, error["type"]), f"{field}: {error['msg'][:1].lower()}{error['msg'][1:]}")
    return Flaw(field, code, message)


@dataclass
class PartnerInlet:
    """A handler for batches of partners' records. What cannot be read is a dead letter, and told where it can be."""

    commands: Commands
    clock: Clock
    sealer: Sealer
    count: Counter

    async def handle(self, records: Sequence[Record]) -> None:
        await self.commands.send([message for record in records for message in self._messages(record)])

    def _messages(self, record: Record) -> list[Message]:
        org = record.place.topic.split(".")[1]
        try:
            asked = self._asked(org, record)
        except BadRecord as error:
            return [self._dead(record, error.reason, ""), *self._told(org, record, error.reason, str(error))]
        except Unfit as unfit:
            first = unfit.flaws[0]
            message = "; ".join(flaw.message for flaw in unfit.flaws)[:1000]
            return [self._dead(record, "payload", first.code), *self._told(org, record, first.code, message)]
        return [self.commands.message(asked.case, asked.command, asked.id, adapter="kafka", origin=str(record))]

    def _asked(self, org: str, record: Record) -> Asked:
        """Raises BadRecord where even the form is not there, Unfit where the content is wrong."""
        if len(record.value or b"") > MAX_BYTES:
            raise BadRecord("too_large", f"at most {MAX_BYTES} bytes")
        head, data = unwrap(record)
        asked = to_command(org, required(head, "ce_id"), required(head, "ce_type"), data)
        if isinstance(asked.command, Publish) and (flaws := problems(asked.command.referral, self.clock.now())):
            raise Unfit(flaws)
        return asked

    def _told(self, org: str, record: Record, code: str, message: str) -> list[Message]:
        """A rejection through the case's own document, where the record's key or value names a reference."""
        reference = reference_of(record)
        if reference is None:
            return []
        id_ = command_id(org, f"{record}:rejected")
        about = _id_of(record) or str(record)
        command = Reject(org=org, record=about, reference=reference, code=code, message=message)
        return [self.commands.message(case_key(org, reference), command, id_, adapter="kafka")]

    def _dead(self, record: Record, reason: str, code: str) -> Message:
        self.count.add("dead_letters", reason=reason)
        service = self.commands.service
        return dead_letters.dead_letter(service, record, reason, self.clock.now(), self.sealer, code=code)


def unwrap(record: Record) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """A CloudEvent, binary or structured: its attributes as ce_ headers, and its data."""
    head = decode_headers(record.headers)
    body = _json(record.value)
    if head.get("content-type", "").startswith("application/cloudevents+json"):
        attributes = {f"ce_{name}": str(value) for name, value in body.items() if name != "data"}
        head, body = attributes, body.get("data") or {}
    for name in ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"):
        required(head, name)
    moment(head["ce_time"])
    if len(head["ce_id"]) > MAX_ID:
        raise BadRecord("envelope", f"ce_id has at most {MAX_ID} characters")
    if not isinstance(body, dict):
        raise BadRecord("payload", "data must be a JSON object")
    return head, body


def _json(value: bytes | None) -> dict[str, Any]:
    try:
        body = json.loads(value or b"")
        encode(body)  # half a character ("\\ud800") is JSON, but no text that anybody could store
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeError are ValueErrors
        raise BadRecord("payload", "the value is not JSON") from error
    if not isinstance(body, dict):
        raise BadRecord("payload", "the value must be a JSON object")
    return body


def reference_of(record: Record) -> str | None:
    """The reference that a record is about, if its key or its value says so in a usable form."""
    candidates = [(record.key or b"").decode(errors="replace")]
    try:
        body = _json(record.value)
        data = body.get("data")
        candidates = [str((data if isinstance(data, dict) else body).get("reference", "")), *candidates]
    except BadRecord:
        pass
    fitting = (c for c in candidates if _REFERENCE.fullmatch(c))
    return next(fitting, None)


def _id_of(record: Record) -> str | None:
    try:
        return decode_headers(record.headers).get("ce_id", "")[:MAX_ID] or None
    except BadRecord:
        return None
