"""A connection that broke a moment ago is an error like any other.

Between the moment when uvloop has closed a connection and the one when aiokafka hears of it, writing raises RuntimeError,
and aiokafka expects OSError only (its issue 1038). What is not expected ends the task that keeps a client's knowledge of
the cluster, or the one that keeps a member in its group, for good: the process then waits for a broker that is there.
"""

from typing import Any

from aiokafka import conn
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


class Connection(AIOKafkaConnection):  # type: ignore[misc]  # aiokafka is untyped here
    def send(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().send(*args, **kwargs)
        except RuntimeError as error:
            raise self._broken(error) from error

    def _send_sasl_token(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._send_sasl_token(*args, **kwargs)
        except RuntimeError as error:
            raise self._broken(error) from error

    def _broken(self, error: RuntimeError) -> KafkaConnectionError:
        self.close(reason=CloseReason.CONNECTION_BROKEN)
        return KafkaConnectionError(f"connection to {self.host}:{self.port} broken: {error}")


def install() -> None:
    """For all clients of this process."""
    conn.AIOKafkaConnection = Connection
