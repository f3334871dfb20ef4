"""The AsyncAPI 3.0 document: topics, who writes and reads each, and every event on them. Made from the code."""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

from shared.cloudevents import MAX_ID, REQUIRED, STRUCTURED
from shared.contracts import examples
from shared.contracts.channels import CHANNELS, Channel
from shared.contracts.schemas import component, schemas
from shared.events import referrals, updates
from shared.events.base import Event

VERSION = "3.0.0"
TITLE = "Tsunagu: events"
ABOUT = """
What partner organisations publish and read, and, for reference, the topics between the network's own services.

Records are CloudEvents 1.0 over Kafka, in binary mode (attributes in `ce_` headers) or, from partners, structured too.
Within a type's major version fields are only ever added, each with a default; readers ignore what they do not know.
"""
ATTRIBUTES: Mapping[str, dict[str, Any]] = {
    "specversion": {"const": "1.0", "description": "The version of CloudEvents."},
    "id": {"maxLength": MAX_ID, "description": "The record's own id. A record that comes again under it counts once."},
    "source": {"format": "uri-reference", "description": "Who says it."},
    "type": {"description": "What has happened."},
    "time": {"format": "date-time", "description": "When, with its offset."},
}
SEQUENCE = {
    "type": "string",
    "pattern": "^[0-9]+$",
    "description": "1, 2, 3 … without holes, for each source and topic: what was missed is seen.",
}
Document = dict[str, Any]


def document(seal: examples.Seal) -> Document:
    """`seal`: to this network's key, for the examples."""
    messages = {key: message for channel in CHANNELS for key, message in _messages(channel, seal).items()}
    named = [(f"{channel.name}.{model.type}", model) for channel in CHANNELS for model in channel.models]
    return {
        "asyncapi": VERSION,
        "info": {
            "title": TITLE, "version": "1", "description": cleandoc(ABOUT),
            "license": {"name": "Apache-2.0"}, "tags": [{"name": "partners"}, {"name": "internal"}],
        },
        "defaultContentType": "application/json",
        "servers": {"network": _server()},
        "channels": {channel.name: _channel(channel, messages) for channel in CHANNELS},
        "operations": {name: op for channel in CHANNELS for name, op in _operations(channel).items()},
        "components": {
            "messages": messages,
            "schemas": schemas(named),
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "A partner's own user and password."}},
        },
    }  # fmt: skip


def _server() -> Document:
    return {
        "host": "{brokers}",
        "protocol": "kafka-secure",
        "description": "`tsunagu partner add` tells a partner the brokers, its user and its password.",
        "variables": {"brokers": {"description": "host:port of each, comma separated"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channel(channel: Channel, messages: Mapping[str, Any]) -> Document:
    own = [key for key in messages if key.startswith(f"{channel.name}.")]
    kafka: Document = {"topicConfiguration": dict(channel.keeps), "bindingVersion": "0.5.0"}
    if channel.partitions:
        kafka["partitions"] = channel.partitions
    org = {"org": {"description": "the partner, as `tsunagu partner add` named it", "examples": [examples.ORG]}}
    return {
        "address": channel.address,
        "description": channel.about,
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in own},
        "tags": _tags(channel),
        "bindings": {"kafka": kafka},
        **({"parameters": org} if "{org}" in channel.address else {}),
    }


def _tags(channel: Channel) -> list[dict[str, str]]:
    return [{"name": "partners" if channel.public else "internal"}]


def _operations(channel: Channel) -> Document:
    """As the network does them: it receives what partners publish, and sends what they read."""
    at = {"channel": {"$ref": f"#/channels/{channel.name}"}, "tags": _tags(channel)}
    does = [("send", channel.writer), *(("receive", reader) for reader in channel.readers)]
    return {
        f"{service}-{action}s-{channel.name}": {"action": action, "title": f"{service} {action}s", **at}
        for action, service in does
        if service != "partner"
    }


def _messages(channel: Channel, seal: examples.Seal) -> Document:
    found = {}
    for model in channel.models:
        key, example = f"{channel.name}.{model.type}", _example(model, seal)
        found[key] = _binary(channel, key, model, example)
        if channel.writer == "partner" and example:
            found[f"{key}.structured"] = _structured(channel, key, model, example)
    return found


def _example(model: type[Event], seal: examples.Seal) -> examples.Example | None:
    if model in referrals.EVENTS:
        return examples.published(model, seal)
    return examples.told(model) if issubclass(model, updates.Update) else None


def _binary(channel: Channel, key: str, model: type[Event], example: examples.Example | None) -> Document:
    shown = {"name": "binary", "headers": dict(example.headers), "payload": dict(example.data)} if example else None
    return {
        "name": model.type,
        "title": model.__name__,
        "summary": cleandoc(model.__doc__ or ""),
        "contentType": "application/json",
        "headers": _headers(channel, model),
        "payload": component(key),
        "bindings": _bindings(channel),
        **({"examples": [shown]} if shown else {}),
    }


def _headers(channel: Channel, model: type[Event]) -> Document:
    attributes = {f"ce_{name}": _attribute(name, model) for name in REQUIRED}
    ours = channel.writer != "partner"
    return {
        "type": "object",
        "required": [*attributes, *(["ce_sequence"] if ours else [])],
        "properties": {**attributes, **({"ce_sequence": SEQUENCE} if ours else {})},
    }


def _attribute(name: str, model: type[Event]) -> Document:
    return {"type": "string", **ATTRIBUTES[name], **({"const": model.type} if name == "type" else {})}


def _structured(channel: Channel, key: str, model: type[Event], example: examples.Example) -> Document:
    """The whole event in the value."""
    attributes = {name: _attribute(name, model) for name in REQUIRED}
    return {
        "name": model.type,
        "title": f"{model.__name__}, structured",
        "summary": "The same in structured mode.",
        "contentType": STRUCTURED,
        "headers": {
            "type": "object",
            "required": ["content-type"],
            "properties": {"content-type": {"type": "string", "const": STRUCTURED}},
        },
        "payload": {
            "type": "object",
            "required": [*REQUIRED, "data"],
            "properties": {
                **attributes, "datacontenttype": {"type": "string", "const": "application/json"}, "data": component(key),
            },
        },
        "bindings": _bindings(channel),
        "examples": [{"name": "structured", "headers": example.structured_headers, "payload": example.structured}],
    }  # fmt: skip


def _bindings(channel: Channel) -> Document:
    return {"kafka": {"key": {"type": "string", "description": channel.key}, "bindingVersion": "0.5.0"}}
