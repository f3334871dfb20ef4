"""Reading a stranger's CloudEvent (1.0, Kafka binding), binary or structured. Ours are read by shared.kernel.record.

Binary: attributes in `ce_` headers, the data in the value. Structured: `content-type: application/cloudevents+json`, all
in the value. Every refusal is a BadRecord whose sentence says what to change, and never repeats a value.
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared import once
from shared.errors import BadRecord
from shared.kernel.record import Record, decode_headers, encode, moment

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
REQUIRED = ("specversion", "id", "source", "type", "time")
MAX_ID = 200


def unwrap(record: Record) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Its attributes as `ce_` headers, and its data. Raises BadRecord (`header`, `envelope`, `payload`)."""
    head = decode_headers(record.headers)
    media = _media_type(head)
    if media.startswith("application/cloudevents") and media not in (STRUCTURED, BATCH):
        raise BadRecord("envelope", f"this content-type is not read: send {STRUCTURED}, or ce_ headers")
    if media == BATCH:
        raise BadRecord("envelope", f"a batch is not read: publish each event as a record of its own, as {STRUCTURED}")
    body = json_object(record.value)
    if media == STRUCTURED:
        head, body = _structured(body)
        _check(head, "attribute ", "")
    else:
        _check(head, "header ", "ce_")
    return head, body


def _media_type(head: Mapping[str, str]) -> str:
    """Without its parameters. Of these only the charset matters, and there is only one that JSON may have."""
    content_type = next((value for name, value in head.items() if name.lower() == "content-type"), "")
    media, *parameters = [part.strip().lower() for part in content_type.split(";")]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8", "us-ascii"):
            raise BadRecord("envelope", "content-type names a charset other than UTF-8: send the JSON as UTF-8")
    return media


def _structured(event: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    if "data_base64" in event:
        raise BadRecord("payload", "data_base64 is not read: put the JSON object itself into `data`")
    attributes = {name: value for name, value in event.items() if name != "data" and value is not None}
    for name, value in attributes.items():
        if name in (*REQUIRED, "datacontenttype") and not isinstance(value, str):
            raise BadRecord("envelope", f"attribute {name} must be a string")
    if not _is_json(attributes.get("datacontenttype", "application/json")):
        raise BadRecord("envelope", "datacontenttype must be application/json, or left out")
    data = {} if event.get("data") is None else event["data"]  # with nothing in it, each missing field is named
    if not isinstance(data, dict):
        raise BadRecord("payload", "`data` must be a JSON object")
    return {f"ce_{name}": str(value) for name, value in attributes.items()}, data


def _is_json(media: str) -> bool:
    media = media.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _check(head: Mapping[str, str], what: str, prefix: str) -> None:
    """`what` and `prefix`: how the sender knows an attribute: `header ce_id`, `attribute id`."""
    for name in REQUIRED:
        if not head.get(f"ce_{name}"):
            raise BadRecord("envelope", f"{what}{prefix}{name} is missing")
    if head["ce_specversion"] != "1.0":
        raise BadRecord(
            "envelope", f"{what}{prefix}specversion must be 1.0, the version of CloudEvents that is read here"
        )
    if len(head["ce_id"]) > MAX_ID:
        raise BadRecord("envelope", f"{what}{prefix}id has at most {MAX_ID} characters")
    try:
        moment(head["ce_time"].upper())  # RFC 3339, 5.6: T and Z may be small
    except BadRecord as error:
        example = "with its offset: 2026-04-01T09:00:00+09:00"
        raise BadRecord("envelope", f"{what}{prefix}time must be an RFC 3339 time {example}") from error


def json_object(value: bytes | None, loads: Callable[[bytes], Any] = once.loads) -> dict[str, Any]:
    """Raises BadRecord(`payload`)."""
    try:
        body = loads(value or b"")
        encode(body)  # half a character ("\\ud800") is JSON, but no text that anybody could store
    except once.Twice as error:
        raise BadRecord("payload", str(error)) from error
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeError are ValueErrors
        raise BadRecord("payload", "the value is not JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise BadRecord("payload", "the value must be a JSON object")
    return body
