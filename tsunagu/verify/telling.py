"""What was found, told to the network: stats' status page shows when it was last proved, and with what result."""

from datetime import UTC, datetime

from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel.record import Message, encode, envelope
from shared.status.records import LAST, VERIFIED, Promise, Verified
from tsunagu.verify.invariants import INVARIANTS, Invariant
from tsunagu.verify.report import Report


async def tell(kafka: Kafka, report: Report) -> None:
    """Raises KafkaError where the topic is not there, or not for this user to write."""
    found = verified(report, datetime.now(UTC))
    head = envelope(
        id=f"{VERIFIED}:{found.at.isoformat()}", source="/tsunagu/verify", type="tsunagu.verified.v1",
        time=found.at.isoformat(timespec="seconds"),
    )  # fmt: skip
    bus = KafkaBus(kafka)
    await bus.start()
    try:
        await bus.publish([Message(VERIFIED, LAST, encode(found), head)])
    finally:
        await bus.stop()


def verified(report: Report, at: datetime) -> Verified:
    """Numbers alone: what is wrong names documents, and is for whoever ran it."""
    total = report.total()
    return Verified(
        at=at, ok=report.ok, settled=report.settled, published=total.published, applied=total.applied,
        lost=total.missing, twice=total.twice, promises=tuple(_promise(report, one) for one in INVARIANTS),
    )  # fmt: skip


def _promise(report: Report, one: Invariant) -> Promise:
    broken = len(report.broken(one.name))
    return Promise(name=one.name, standing=report.outcome(one), checked=report.checked[one.name], broken=broken)
