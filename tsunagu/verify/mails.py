"""Mails: each one that the outlet was to send must have come to something."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from services.notify.domain.offers import SendingStarted
from shared.ids import derive
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.topics import Identity, Told

JOURNAL, COMMANDS = "notify.journal", "notify.commands"


def started(evidence: Evidence) -> dict[Identity, list[Told]]:
    """Every sending → where it stands in the journal, and the outlet's word on it."""
    words: dict[str, list[Told]] = defaultdict(list)
    for told in evidence.topics.get(COMMANDS, ()):
        words[told.head.get("id", "")].append(told)
    found: dict[Identity, list[Told]] = defaultdict(list)
    for told in evidence.topics.get(JOURNAL, ()):
        for message, attempt in _sendings(told):
            command = derive("mail", told.key, message, str(attempt))
            found[_identity(told.key, message, attempt)] += [told, *words[command]]
    return found


def ended(evidence: Evidence, sendings: Mapping[Identity, Sequence[Told]]) -> Counter[Identity]:
    """Those that their recipient's document no longer waits for."""
    waiting = set(_waiting(evidence))
    return Counter(identity for identity in sendings if identity not in waiting)


def _sendings(told: Told) -> Iterator[tuple[str, int]]:
    if SendingStarted.type.encode() not in told.value:
        return
    for event in json.loads(told.value)["events"]:
        if event["type"] == SendingStarted.type:
            yield event["data"]["message"], event["data"]["attempt"]


def _waiting(evidence: Evidence) -> Iterator[Identity]:
    for key, document in evidence.memories["notify"].documents.items():
        for message, letter in document["state"].get("messages", {}).items():
            if letter["at"] is None:
                yield _identity(key, message, letter["attempt"])


def _identity(recipient: str, message: str, attempt: int) -> Identity:
    return Identity(recipient, "mail", f"attempt {attempt} of {message}")
