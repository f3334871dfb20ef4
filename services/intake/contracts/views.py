"""The two documents as a page shows them: the same words, in the order of reading."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.intake.contracts.openapi import operations
from shared.contracts.fields import Row, rows

Document = Mapping[str, Any]
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Message:
    """`headers`, `value`: an example in binary mode; `structured`: the value of the same one in the other mode."""

    type: str
    summary: str
    rows: tuple[Row, ...]
    headers: str = ""
    value: str = ""
    structured: str = ""


@dataclass(frozen=True)
class Topic:
    """`days`: how long a record is kept; 0 for ever, None the latest of each key."""

    address: str
    about: str
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    days: int | None
    headers: tuple[Row, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Operation:
    """`answers`: status, what it means, and the fields of what comes with it. `curl`: a call that can be copied."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    answers: tuple[tuple[str, str, tuple[Row, ...]], ...]
    curl: str


def topics(document: Document, tag: str) -> list[Topic]:
    """`tag`: `partners` or `internal`."""
    return [
        _topic(document, name, channel)
        for name, channel in document["channels"].items()
        if {"name": tag} in channel["tags"]
    ]


def _topic(document: Document, name: str, channel: Document) -> Topic:
    messages = [document["components"]["messages"][key] for key in channel["messages"]]
    first = messages[0]
    return Topic(
        channel["address"],
        channel["description"],
        first["bindings"]["kafka"]["key"]["description"],
        tuple(_who(document, name, "send")) or ("partner",),
        tuple(_who(document, name, "receive")) or ("partner",),
        _days(channel["bindings"]["kafka"]["topicConfiguration"]),
        tuple(_any_type(row) for row in rows(first["headers"], {})),
        tuple(_message(document, messages, one) for one in messages if one["contentType"] == "application/json"),
    )


def _any_type(row: Row) -> Row:
    """The table of headers stands once, for all the messages of its topic."""
    return replace(row, choices=(), meaning="What has happened: one of those below.") if row.name == "ce_type" else row


def _who(document: Document, channel: str, action: str) -> Iterator[str]:
    for operation in document["operations"].values():
        if (operation["channel"]["$ref"], operation["action"]) == (f"#/channels/{channel}", action):
            yield str(operation["title"]).split()[0]


def _days(keeps: Document) -> int | None:
    if keeps["cleanup.policy"] == ["compact"]:
        return None
    return 0 if keeps["retention.ms"] < 0 else keeps["retention.ms"] // DAY_MS


def _message(document: Document, messages: list[Document], one: Document) -> Message:
    known = document["components"]["schemas"]
    fields = tuple(rows(one["payload"], known))
    if not one.get("examples"):
        return Message(one["name"], one["summary"], fields)
    shown = one["examples"][0]
    headers = "\n".join(f"{name}: {value}" for name, value in shown["headers"].items())
    other = [m for m in messages if m["name"] == one["name"] and m is not one]
    structured = pretty(other[0]["examples"][0]["payload"]) if other else ""
    return Message(one["name"], one["summary"], fields, headers, pretty(shown["payload"]), structured)


def calls(document: Document) -> list[Operation]:
    url, known = document["servers"][0]["url"], document["components"]["schemas"]
    return [_call(url, known, method.upper(), path, one) for method, path, one in operations(document)]


def _call(url: str, known: Document, method: str, path: str, one: Document) -> Operation:
    sent = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        method,
        path,
        one["summary"],
        one.get("description", ""),
        tuple(row for parameter in one.get("parameters", ()) for row in _parameter(parameter)),
        tuple(rows(sent.get("schema", {}), known)),
        tuple(_answer(status, said, known) for status, said in one["responses"].items()),
        _curl(method, url + path, bool(one["security"]), sent.get("example")),
    )


def _parameter(parameter: Document) -> Iterator[Row]:
    """As a field of its own, named with where it goes: `header idempotency-key`."""
    schema = {**parameter["schema"], "description": parameter.get("description", "")}
    name = f"{parameter['in']} {parameter['name']}"
    needed = [name] if parameter.get("required") else []
    return rows({"properties": {name: schema}, "required": needed}, {})


def _answer(status: str, said: Document, known: Document) -> tuple[str, str, tuple[Row, ...]]:
    schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    return status, said["description"], tuple(rows(schema, known))


def _curl(method: str, url: str, key: bool, example: Any) -> str:
    reference = example["reference"] if example else "first-1"
    parts = ["curl" if method in ("GET", "POST") else f"curl -X {method}", url.replace("{reference}", reference)]
    if key:
        parts.append('-H "Authorization: Bearer $TSUNAGU_KEY"')
    if example:
        parts.append(f"-d {shlex.quote(pretty(example))}")
    return " ".join(parts[:2]) + "".join(f" \\\n  {part}" for part in parts[2:])


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
