"""Partners' Kafka records become commands. What cannot be taken is a dead letter, and told where it can be told."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.admission import problems
from services.intake.domain.commands import Publish, Reject, Withdraw, case_key, command_id
from services.intake.inlets.residents import Outcome, Residents
from services.intake.inlets.taking import Asked, Unfit, to_command
from shared.access import INLET, Actor, Role
from shared.clock import Clock
from shared.cloudevents import MAX_ID, json_object, unwrap
from shared.errors import BadRecord
from shared.kernel import dead_letters
from shared.kernel.commands import Commands
from shared.kernel.document import REUSED, REUSED_MESSAGE
from shared.kernel.ports import Counter, Sealer
from shared.kernel.record import MAX_BYTES, Input, Message, Record, decode_headers, required
from shared.privacy.data_keys import DataKey

PATTERN = r"^partner\.[a-z0-9-]+\.referrals$"
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
Keys = Mapping[str, DataKey | None]


@dataclass
class PartnerInlet:
    """A handler for batches of partners' records."""

    commands: Commands
    residents: Residents
    clock: Clock
    sealer: Sealer
    count: Counter

    async def handle(self, records: Sequence[Record]) -> None:
        outcomes = await self.residents.keep([self.residents.read(self._asked(record)) for record in records])
        bad = [record for record, one in zip(records, outcomes, strict=True) if not isinstance(one, Asked)]
        keys = await self.residents.vault.keys_for([case for record in bad if (case := _case_of(record))])
        each = zip(records, outcomes, strict=True)
        await self.commands.send([message for record, one in each for message in self._messages(record, one, keys)])

    def _asked(self, record: Record) -> Outcome:
        """BadRecord where even the form is not there, Unfit where the content is wrong."""
        try:
            if len(record.value or b"") > MAX_BYTES:
                raise BadRecord("too_large", f"at most {MAX_BYTES} bytes")
            head, data = unwrap(record)
            asked = to_command(_org(record), required(head, "ce_id"), required(head, "ce_type"), data)
            if isinstance(asked.command, Publish) and (flaws := problems(asked.command.referral, self.clock.now())):
                raise Unfit(flaws)
        except (BadRecord, Unfit) as error:
            return error
        return asked

    def _messages(self, record: Record, one: Outcome, keys: Keys) -> list[Message]:
        if isinstance(one, Asked):
            return [self._command(record, one)]
        if isinstance(one, Unfit):
            sentences = "; ".join(flaw.message for flaw in one.flaws)[:1000]
            return self._refused(record, "payload", one.flaws[0].code, sentences, keys)
        assert isinstance(one, BadRecord)
        return self._refused(record, one.reason, "", str(one), keys)

    def _command(self, record: Record, one: Asked) -> Message:
        """In the partner's name: the topic is one that only this partner may write."""
        by = Actor(Role.PARTNER, _org(record))
        return self.commands.message(one.case, one.command, one.id, by, adapter="kafka", origin=str(record))

    def _refused(self, record: Record, reason: str, code: str, message: str, keys: Keys) -> list[Message]:
        return [self._dead(record, reason, code, keys), *self._told(record, code or reason, message)]

    def _told(self, record: Record, code: str, message: str) -> list[Message]:
        """A rejection through the case's own document, where the record's key or value names a reference."""
        org, reference = _org(record), reference_of(record)
        if reference is None:
            return []
        about = _id_of(record) or str(record)
        command = Reject(org=org, record=about, reference=reference, code=code, message=message)
        id_ = command_id(org, f"{record}:rejected")
        return [self.commands.message(case_key(org, reference), command, id_, INLET, adapter="kafka")]

    def reused(self, one: Input) -> list[Message]:
        """A rejection of what a partner said under an id that it had used before: the command itself decides nothing."""
        said = one.data
        reference = said.reference if isinstance(said, Withdraw) else said.referral.reference
        command = Reject(org=said.org, record=said.record, reference=reference, code=REUSED, message=REUSED_MESSAGE)
        return [
            self.commands.message(
                one.key, command, command_id(said.org, f"{one.origin}:rejected"), INLET, adapter="kafka"
            )
        ]

    def _dead(self, record: Record, reason: str, code: str, keys: Keys) -> Message:
        """Sealed with the key of whom it is about, where that is known: whoever is erased later is erased here too."""
        self.count.add("dead_letters", reason=reason)
        case = _case_of(record)
        key = keys.get(case) if case else None
        if case and key is None:  # erased: nothing of it is kept
            record = record._replace(value=b"", headers=())
        seal = key.seal_bytes if key else self.sealer.seal
        return dead_letters.dead_letter(
            self.commands.service, record, reason, self.clock.now(), seal, code=code, document=case or ""
        )


def _org(record: Record) -> str:
    return record.place.topic.split(".")[1]


def _case_of(record: Record) -> str | None:
    reference = reference_of(record)
    return case_key(_org(record), reference) if reference else None


def reference_of(record: Record) -> str | None:
    """The reference that a record is about, if its key or its value says so in a usable form."""
    candidates = [(record.key or b"").decode(errors="replace")]
    try:
        body = json_object(record.value, json.loads)  # also of a record that says something twice
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
