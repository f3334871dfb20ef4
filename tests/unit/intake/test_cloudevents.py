"""The envelope as strangers write it: both modes, odd ones too, and what is said of those that cannot be read."""

import base64
import json

import pytest

from services.intake.domain.commands import Reject
from shared.cloudevents import BATCH, STRUCTURED, unwrap
from shared.errors import BadRecord
from shared.kernel.record import Record
from tests.unit.intake.inlet import ATTRIBUTES, binary, inlet, said, structured, told
from tests.unit.samples import referral


def typed(record: Record, content_type: str, name: str = "content-type") -> Record:
    """The same under another content type."""
    kept = [(header, value) for header, value in record.headers if header != "content-type"]
    return record._replace(headers=[*kept, (name, content_type.encode())])


def without(name: str) -> Record:
    event = json.loads(structured(referral()).value or b"")
    return structured({})._replace(
        value=json.dumps({key: value for key, value in event.items() if key != name}).encode()
    )


def in_base64() -> Record:
    event = json.loads(without("data").value or b"")
    event["data_base64"] = base64.b64encode(json.dumps(referral()).encode()).decode()
    return structured({})._replace(value=json.dumps(event).encode())


READ: dict[str, Record] = {
    "binary": binary(referral()),
    "binary without a content type": typed(binary(referral()), ""),
    "binary, charset": typed(binary(referral()), "application/json; charset=utf-8"),
    "binary, small letters in the time": binary(referral(), time="2025-12-01t12:00:00z"),
    "binary under another media type": typed(binary(referral()), "text/plain"),
    "structured": typed(structured(referral()), STRUCTURED),
    "structured, charset": typed(structured(referral()), f'{STRUCTURED};charset="UTF-8"'),
    "structured, other letters": typed(structured(referral()), "Application/CloudEvents+JSON; Charset=utf-8", "Content-Type"),
    "structured, no datacontenttype": without("datacontenttype"),
    "structured, an extension that is a number": structured(referral(), partnerrow=7),
    "structured, an attribute that is null": structured(referral(), subject=None),
    "structured, JSON of a vendor": structured(referral(), datacontenttype="application/vnd.acme+json"),
    "structured, ce_ headers as well": structured(referral())._replace(
        headers=[*structured({}).headers, ("ce_id", b"other"), ("ce_type", b"other")]
    ),
}  # fmt: skip
REFUSED: dict[str, tuple[Record, str, str]] = {
    "a batch": (typed(binary([ATTRIBUTES]), BATCH), "envelope", "publish each event as a record of its own"),
    "a batch, charset": (typed(binary([]), f"{BATCH}; charset=utf-8"), "envelope", "a record of its own"),
    "another format": (typed(binary({}), "application/cloudevents+avro"), "envelope", f"send {STRUCTURED}"),
    "another charset": (typed(structured(referral()), f"{STRUCTURED}; charset=shift_jis"), "envelope", "as UTF-8"),
    "data in base64": (in_base64(), "payload", "put the JSON object itself into `data`"),
    "XML as data": (structured(referral(), datacontenttype="text/xml"), "envelope", "must be application/json"),
    "data that is text": (structured(json.dumps(referral())), "payload", "`data` must be a JSON object"),
    "an id that is a number": (structured(referral(), id=5), "envelope", "attribute id must be a string"),
    "a source that is a list": (structured(referral(), source=["/city"]), "envelope", "attribute source must be a string"),
    "a time that is a number": (structured(referral(), time=1764558000), "envelope", "attribute time must be a string"),
    "a version that is a number": (structured(referral(), specversion=1.0), "envelope", "specversion must be a string"),
    "an older version": (structured(referral(), specversion="0.3"), "envelope", "attribute specversion must be 1.0"),
    "a newer version, binary": (
        binary(referral())._replace(headers=[("ce_specversion", b"2.0"), *binary(referral()).headers[2:]]),
        "envelope", "header ce_specversion must be 1.0",
    ),
    "a local time": (structured(referral(), time="2025-12-01T12:00:00"), "envelope", "attribute time must be an RFC 3339"),
    "a time in words, binary": (binary(referral(), time="yesterday"), "envelope", "header ce_time must be an RFC 3339"),
    **{f"no {name}": (without(name), "envelope", f"attribute {name} is missing")
       for name in ("specversion", "id", "source", "type", "time")},
    **{f"no {name}, binary": (binary(referral(), **{name: ""}), "envelope", f"header ce_{name} is missing")
       for name in ATTRIBUTES},
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_each_way_of_writing_it_says_the_same(what: str) -> None:
    head, data = unwrap(READ[what])
    assert (head["ce_id"], head["ce_source"], head["ce_type"]) == ("p-1", "/city", ATTRIBUTES["type"])
    assert data == referral()


@pytest.mark.parametrize("what", READ)
async def test_each_is_the_same_command(what: str) -> None:
    _, (command,) = await inlet(READ[what])
    _, (other,) = await inlet(binary(referral()))
    assert await said(command) == await said(other)
    assert command.key == other.key


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_says_what_to_change(what: str) -> None:
    record, reason, sentence = REFUSED[what]
    with pytest.raises(BadRecord) as refused:
        unwrap(record)
    assert refused.value.reason == reason and sentence in refused.value.detail


@pytest.mark.parametrize("what", REFUSED)
async def test_the_partner_reads_the_sentence(what: str) -> None:
    record, reason, sentence = REFUSED[what]
    bench, (command,) = await inlet(record)
    rejected = told(command, Reject)
    assert rejected.code == reason and sentence in rejected.message
    assert len(bench.bus.topics["intake.dead-letters"]) == 1


async def test_without_data_each_field_that_is_missing_is_named() -> None:
    _, (command,) = await inlet(without("data"))
    assert all(field in told(command, Reject).message for field in ("category", "languages", "municipality", "consent"))
