"""What may be done only while no service runs asks the broker, too: whoever is only told addresses has no other sign."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel.record import Message, encode
from shared.status.records import SILENT_AFTER, Status, topic
from tsunagu.stopped import refuse_running
from tsunagu.where import Where

NOWHERE = "http://127.0.0.1:1"


async def said(kafka: Kafka, service: str, replica: str, ago: float, *, stopped: bool = False) -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago)
    bus = KafkaBus(kafka)
    await bus.start()
    await bus.publish([Message(topic(service), replica, encode(Status(at=at, began=at, stopped=stopped)))])
    await bus.stop()


async def refused(kafka: Kafka, service: str) -> str:
    try:
        await refuse_running(Where(kafka, "", {service: NOWHERE}, None), [service], "it is emptied")
    except TsunaguError as error:
        return str(error)
    return ""


async def test_who_said_just_now_how_it_stands_runs(kafka: Kafka) -> None:
    await said(kafka, "teller", "one", 2 * SILENT_AFTER)
    await said(kafka, "teller", "two", 1)
    why = await refused(kafka, "teller")
    assert why.startswith("teller runs somewhere (it said how it stands ") and "stop it before it is emptied" in why


@pytest.mark.parametrize(("ago", "stopped"), [(1, True), (SILENT_AFTER + 1, False)])
async def test_who_said_its_last_word_or_is_silent_does_not(kafka: Kafka, ago: float, stopped: bool) -> None:
    service = f"silent-{stopped}"
    assert await refused(kafka, service) == "", "it has never said a word"
    await said(kafka, service, "one", 1)
    assert await refused(kafka, service)
    await said(kafka, service, "one", ago, stopped=stopped)
    assert await refused(kafka, service) == ""
