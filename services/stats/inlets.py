"""What stats hears of the network itself: a view of each service's word on how it stands, and of the last verification."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.kafka.connection import Kafka
from shared.kafka.view import View
from shared.status.records import LAST, VERIFIED, Status, Verified, topic

SERVICES = ("intake", "matching", "notify", "stats")
WAIT_MS = 500
"""How long an empty fetch waits: a status page need not be faster, and each costs the embedded broker something."""


@dataclass(frozen=True)
class Heard:
    """`services`: process → its newest word, by service."""

    services: Mapping[str, View[Status]]
    verifying: View[Verified]

    def views(self) -> tuple[View[Status] | View[Verified], ...]:
        return (*self.services.values(), self.verifying)

    def verified(self) -> Verified | None:
        return self.verifying.items.get(LAST)


def heard(kafka: Kafka) -> Heard:
    services = {
        name: View(kafka, topic(name), Status.model_validate_json, wait_ms=WAIT_MS, timed=True) for name in SERVICES
    }
    return Heard(services, View(kafka, VERIFIED, Verified.model_validate_json, wait_ms=WAIT_MS))
