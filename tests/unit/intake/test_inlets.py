"""Partners' records: CloudEvents, binary or structured, become commands; what is wrong with one is told."""

import base64
import json
from typing import Any

import pytest
from joserfc.jwk import KeySet

from services.intake.domain.commands import Amend, Publish, Reject, Withdraw, case_key, command_id
from services.intake.inlets.taking import Unfit, to_command
from shared.cloudevents import unwrap
from shared.errors import BadRecord
from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn
from shared.kernel.memory import MemoryRows
from shared.kernel.record import Record
from shared.seal import new_key, open_sealed, seal, seal_json
from shared.shelf import GONE
from tests.unit.intake.inlet import PLACE, binary, inlet, residents, said, structured, told
from tests.unit.kernel.bench import KEYS, heads_of
from tests.unit.samples import NETWORK, RESIDENT, SEALED, referral


@pytest.mark.parametrize("record", [binary(referral()), structured(referral())], ids=["binary", "structured"])
def test_both_modes_say_the_same(record: Record) -> None:
    head, data = unwrap(record)
    assert (head["ce_id"], head["ce_type"]) == ("p-1", ReferralPublished.type)
    assert data == referral()


async def test_a_record_becomes_one_command_for_one_case() -> None:
    asked = to_command("city", "p-1", ReferralPublished.type, referral())
    assert (asked.case, asked.id) == (case_key("city", "R-1"), command_id("city", "p-1"))
    assert isinstance(asked.command, Publish) and asked.command.referral.resident == SEALED
    assert (await said((await inlet(binary(referral())))[1][0]))["referral"]["resident"] == RESIDENT
    assert type(to_command("city", "a", ReferralAmended.type, referral()).command) is Amend
    withdrawn = to_command("city", "w", ReferralWithdrawn.type, {"reference": "R-1"}).command
    assert withdrawn == Withdraw(org="city", record="w", reference="R-1", reason="not_needed")


def test_whose_case_it_is_follows_from_the_topic() -> None:
    city, other = (to_command(org, "p-1", ReferralPublished.type, referral()) for org in ("city", "school"))
    assert city.case != other.case and city.id != other.id


def test_of_a_language_only_what_names_one_is_kept() -> None:
    tags = ["vi-x-nguyen", "VI-Nguyen-VanAn", "en-09012345", "zh-TW", "zh-Hant-x-lin", "tl"]
    kept = to_command("city", "p-1", ReferralPublished.type, referral(languages=tags[:4])).command
    assert isinstance(kept, Publish) and kept.referral.languages == ("vi", "en", "zh-tw")
    kept = to_command("city", "p-1", ReferralAmended.type, referral(languages=tags[4:])).command
    assert isinstance(kept, Amend) and kept.referral.languages == ("zh-Hant", "tl")


async def test_content_is_the_same_however_it_was_sealed_and_written() -> None:
    async def content(**changed: Any) -> str:
        _, (command,) = await inlet(binary(referral(**changed)))
        return str(told(command, Publish).content)

    sealed_anew = seal_json(RESIDENT, NETWORK)
    first = await content()
    assert first == await content(resident=sealed_anew) == await content(mode="in_person", unknown="field")
    assert first != await content(urgency="urgent")
    assert first != await content(resident=seal_json({**RESIDENT, "note": ""}, NETWORK))


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing at all": ({}, "reference_missing"),
    "no consent": ({**referral(), "consent": None}, "malformed"),
    "consent left out": ({n: v for n, v in referral().items() if n != "consent"}, "consent_missing"),
    "a resident in the clear": (referral(resident={"name": "Nguyen"}), "malformed"),
    "a resident who is no JWE": (referral(resident="Nguyen Thi An"), "malformed"),
    "a reference with spaces": (referral(reference="R 1"), "malformed"),
    "a reference that is a number": (referral(reference=1), "malformed"),
    "a reference that addresses leave out": (referral(reference=".."), "malformed"),
    "no language": (referral(languages=[]), "malformed"),
    "six languages": (referral(languages=["vi"] * 6), "malformed"),
    "an unknown mode": (referral(mode="telepathy"), "malformed"),
    "a window back to front": (
        referral(when={"from": "2025-12-03T00:00Z", "to": "2025-12-02T00:00Z"}),
        "malformed",
    ),
    "a time without zone": (
        referral(when={"from": "2025-12-03T00:00", "to": "2025-12-04T00:00Z"}),
        "malformed",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_does_not_fit_the_contract_is_named_without_the_value(what: str) -> None:
    data, code = BAD[what]
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, data)
    assert code in {flaw.code for flaw in unfit.value.flaws}
    assert not any("Nguyen" in flaw.message for flaw in unfit.value.flaws)


def test_every_flaw_is_named_at_once() -> None:
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, {"reference": "R-1", "mode": "telepathy"})
    fields = {flaw.field for flaw in unfit.value.flaws}
    assert fields == {"category", "languages", "municipality", "mode", "consent", "resident"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"languages": []}, {"languages": "at least one is needed"}),
        ({"languages": ["not a tag!"]}, {"languages.0": "a tag is needed, as BCP 47 has it"}),
        ({"languages": "vi"}, {"languages": "a list is needed"}),
        ({"languages": ["vi"] * 6}, {"languages": "languages: too many"}),
        ({"consent": "yes"}, {"consent": "an object is needed"}),
    ],
)
def test_what_to_change_is_said_in_words_of_json(changed: dict[str, object], told: dict[str, str]) -> None:
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, {**referral(), **changed})
    assert {flaw.field for flaw in unfit.value.flaws} == told.keys()
    assert all(told[flaw.field] in flaw.message for flaw in unfit.value.flaws)


def test_unknown_codes_are_named_beside_what_is_malformed() -> None:
    wrong = referral(
        reference="R 1", mode="telepathy", category="gardening", municipality="99999", languages=["vi", "qqq"]
    )
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, wrong)
    assert [flaw.field for flaw in unfit.value.flaws].count("category") == 1
    assert {flaw.field for flaw in unfit.value.flaws} == {
        "reference", "mode", "category", "municipality", "languages.1",
    }  # fmt: skip


UNREADABLE: dict[str, tuple[Record, str]] = {
    "a null header": (binary({})._replace(headers=[("ce_id", None)]), "header"),
    "a header that is not UTF-8": (binary({})._replace(headers=[("ce_id", b"\xff")]), "header"),
    "no headers": (binary({})._replace(headers=[]), "envelope"),
    "no id": (binary(referral(), id=""), "envelope"),
    "a very long id": (structured(referral(), id="x" * 201), "envelope"),
    "no source": (binary(referral(), source=""), "envelope"),
    "no time": (structured(referral(), time=""), "envelope"),
    "a time that is none": (binary(referral(), time="yesterday"), "envelope"),
    "a time without zone": (binary(referral(), time="2025-12-01T12:00:00"), "envelope"),
    "no JSON": (binary(b"{"), "payload"),
    "no UTF-8": (binary(b'"\xff\xfe"'), "payload"),
    "a list": (binary([1]), "payload"),
    "nothing": (binary({})._replace(value=None), "payload"),
    "data that is a list": (structured([1]), "payload"),
    "half a character": (structured(referral(), id="\ud800"), "payload"),
    "a field twice": (binary(b'{"reference":"R-1","Nguyen":1,"Nguyen":2}', key=None), "payload"),
    "very deep": (binary(b"[" * 100_000), "payload"),
    "too much": (binary(b" " * 1_000_001), "too_large"),
}
# fmt: off
UNFIT = {
    "an unknown type": (binary(referral(), type="tsunagu.referral.burnt.v1"), "unknown_type"),
    "an unknown category": (binary(referral(category="gardening")), "unknown_category"),
    "no data": (structured(None), "category_missing"),
    "a resident in the clear": (binary(referral(resident={"name": "Nguyen"})), "malformed"),
    "a resident sealed to another": (binary(referral(resident=seal_json(RESIDENT, KeySet([new_key()])))), "unknown_key"),
    "a resident without a name": (binary(referral(resident=seal_json({"note": "Nguyen"}, NETWORK))), "resident_missing"),
    "a resident with more": (binary(referral(resident=seal_json({**RESIDENT, "Nguyen": 1}, NETWORK))), "malformed"),
    "a resident who is a list": (binary(referral(resident=seal_json(["Nguyen"], NETWORK))), "malformed"),
    "a resident whose name nobody can read": (binary(referral(resident=seal_json({"name": "\u200b"}, NETWORK))), "malformed"),
    "a resident with two names": (binary(referral(resident=seal(b'{"name":"Nguyen","name":"An"}', NETWORK))), "malformed"),
    "a resident with half a character": (
        binary(referral(resident=seal(b'{"name":"Nguyen \\ud800"}', NETWORK))), "malformed"
    ),
    "a resident who is no JSON": (binary(referral(resident=seal(b"Nguyen", NETWORK))), "malformed"),
}
# fmt: on


@pytest.mark.parametrize("what", [what for what in UNREADABLE if what != "too much"])
def test_what_cannot_be_read_says_why(what: str) -> None:
    record, reason = UNREADABLE[what]
    with pytest.raises(BadRecord) as error:
        unwrap(record)
    assert error.value.reason == reason


async def test_a_good_record_is_a_command_that_knows_where_it_came_from() -> None:
    bench, (command,) = await inlet(binary(referral()))
    assert told(command, Publish).record == "p-1"
    assert (command.key, heads_of(command)["origin"]) == (case_key("city", "R-1"), f"{PLACE}-7")
    assert bench.bus.topics["intake.dead-letters"] == []


@pytest.mark.parametrize("what", [*UNREADABLE, *UNFIT])
async def test_a_bad_record_is_a_dead_letter_the_partner_is_told_and_the_next_is_taken(what: str) -> None:
    record, code = {**UNREADABLE, **UNFIT}[what]
    bench, commands = await inlet(record, binary(referral()))
    (dead,) = bench.bus.topics["intake.dead-letters"]
    head = heads_of(dead)
    expected = (code, "") if what in UNREADABLE else ("payload", code)
    assert (head["reason"], head.get("code", "")) == expected
    rejected = told(commands[0], Reject)
    assert (rejected.org, rejected.reference, rejected.code) == ("city", "R-1", code)
    assert "Nguyen" not in rejected.message and "raw data" not in rejected.message
    assert told(commands[1], Publish)


@pytest.mark.parametrize("key", [None, b"\xff", b"no reference"])
async def test_a_record_that_names_no_reference_is_a_dead_letter_alone(key: bytes | None) -> None:
    bench, commands = await inlet(binary(b"{", key=key))
    assert commands == []
    assert len(bench.bus.topics["intake.dead-letters"]) == 1


async def test_the_same_bad_record_again_is_the_same_command() -> None:
    _, first = await inlet(binary({}))
    _, again = await inlet(binary({}))
    assert [heads_of(m)["id"] for m in first] == [heads_of(m)["id"] for m in again]


async def test_a_bad_record_is_sealed_for_whom_it_is_about() -> None:
    """Erasing them erases it."""
    bench, _ = await inlet(binary(referral(category="Nguyen")))
    (dead,) = bench.bus.topics["intake.dead-letters"]
    key = await residents(bench).vault.key_of(case_key("city", "R-1"))
    letter = key.open(json.loads(dead.value or b"")["sealed"])
    assert "Nguyen" in base64.b64decode(letter["value"]).decode()


async def test_of_whom_was_erased_nothing_is_kept() -> None:
    people = MemoryRows()
    await people.put(case_key("city", "R-1"), GONE)
    bench, commands = await inlet(binary(referral()), binary(referral(category="Nguyen")), people=people)
    assert [told(command, Reject).code for command in commands] == ["erased", "malformed"]
    for dead in bench.bus.topics["intake.dead-letters"]:
        letter = json.loads(open_sealed(json.loads(dead.value or b"")["sealed"], KEYS))
        assert letter["value"] == ""
