"""Of every poison record there is one dead letter, however often it was written."""

from typing import Any

from tests.delivery.support.network import Network
from tests.delivery.support.topics import dead_letters, header, records
from tests.delivery.test_poison import ORG


async def lettered(net: Network) -> tuple[int, int]:
    """(poison records on their topic, those of which there is a dead letter).

    A record that was read and refused later is lettered as the command that it had become.
    """
    poison = {_place(record) for record in await records(net, f"partner.{ORG}.referrals")}
    origins = {_place(record): header(record, "ce_origin") for record in await records(net, "intake.commands")}
    letters = {origins.get(place) or place for place in await dead_letters(net)}
    return len(poison), len(poison & letters)


def _place(record: Any) -> str:
    return f"{record.topic}-{record.partition}-{record.offset}"
