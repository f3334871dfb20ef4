"""I7: what notify calls delivered is in the mailbox, under an id that its journal knows."""

from collections.abc import Iterator, Sequence
from typing import Any

from services.notify.domain.offers import MessageDue, Settled
from shared.events.deliveries import Delivered
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Problem, Report

ELSEWHERE = "the mailbox cannot be read from here; that each message ends once, was"


def delivered(evidence: Evidence, recipient: str, steps: Sequence[Any]) -> Iterator[Problem]:
    """What its document says has arrived."""
    if evidence.mailbox is None:
        return
    arrived = {step.entry["position"] for step in steps if isinstance(step.event, Delivered)}
    for entry, event, _, _ in steps:
        if not isinstance(event, Settled) or entry["position"] not in arrived:
            continue
        if not evidence.mailbox.ids[message_id(event.message, recipient)]:
            yield Problem("I7", "no mail", f"{recipient}: {event.message} was delivered, and is in no mailbox")


def message_id(message: str, recipient: str) -> str:
    return f"{message}.{recipient}@tsunagu"


def check(evidence: Evidence, report: Report) -> None:
    """A mail under an id that nobody gave would be a repeat that no reader knows for one."""
    if evidence.mailbox is None:
        report.unchecked["I7"] = ELSEWHERE
        return
    due = {
        message_id(event["data"]["message"], entry["document"])
        for entry in evidence.memories["notify"].entries()
        for event in entry["events"]
        if event["type"] == MessageDue.type
    }
    report.checked["I7"] += len(evidence.mailbox.ids)
    for id_ in sorted(evidence.mailbox.before - due):
        report.add("I7", "unknown mail", f"{id_} is in the mailbox, and no journal knows it")
