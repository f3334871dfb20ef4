"""What is to go out is as old as its first attempt."""

import pytest

from shared.kafka.outgoing import Outgoing
from shared.kernel.memory import MemoryBus
from shared.kernel.record import Message


async def test_it_grows_until_the_broker_has_acknowledged() -> None:
    at, bus = 100.0, MemoryBus()
    bus.refuse = 2
    outgoing, messages = Outgoing(bus, now=lambda: at), [Message("cases", "case-1", b"{}")]
    assert outgoing.seconds() == 0
    for later in (10, 30):
        with pytest.raises(ConnectionError):
            await outgoing.publish(messages)
        at = 100.0 + later
        assert outgoing.seconds() == later
    await outgoing.publish(messages)
    assert outgoing.seconds() == 0
