"""`deliveries`: messages that were handed over, written by notify, keyed by case.

Apart from `responses`, which call for a reaction: nobody has to do anything about a message that arrived, and these
are half of all that notify says.
"""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Event, Key, Route
from shared.events.responses import MessageKind

TOPIC = "deliveries"


class Delivered(Event):
    """The mail server accepted the message."""

    type: ClassVar[str] = "tsunagu.delivery.delivered.v1"

    case: Key
    supporter: Key
    number: int = Field(ge=1)
    kind: MessageKind

    def route(self) -> Route:
        return Route(TOPIC, self.case)


EVENTS = (Delivered,)
