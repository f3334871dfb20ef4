"""Whose fault is an error: that of what we depend on, or that of our own code and what it was given?"""

from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.kernel.limit import Stopped
from shared.recovery.marker import OtherDatabase
from shared.store import DatabaseError


def from_outside(error: BaseException) -> bool:
    """Did broker, database or network fail, or has the limit stopped us? Then the same will work later."""
    return isinstance(error, DatabaseError | KafkaError | OSError | OtherDatabase | Stopped) and not isinstance(
        error, MessageSizeTooLargeError
    )
