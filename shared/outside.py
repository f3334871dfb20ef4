"""Whose fault is an error: that of what we depend on, or that of our own code and what it was given?"""

from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.errors import NewerVersion
from shared.kernel.limit import Stopped
from shared.recovery.marker import OtherDatabase
from shared.store import DatabaseError


def from_outside(error: BaseException) -> bool:
    """Did broker, database or network fail, has the limit stopped us, or is it for a newer version? Then the same will
    work later, or elsewhere.
    """
    passing = DatabaseError | KafkaError | OSError | OtherDatabase | Stopped | NewerVersion
    return isinstance(error, passing) and not isinstance(error, MessageSizeTooLargeError)
