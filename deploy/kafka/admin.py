"""Apache Kafka's administration through confluent-kafka: aiokafka has no calls for users and ACLs, and Kafka's own tools
take a password as an argument, for every process on the machine to see. (The embedded broker it cannot talk to.)
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka

Call = Callable[[AdminClient], Future[Any] | Mapping[Any, Future[Any]]]
TIMEOUT_SECONDS = 30.0
EMBEDDED = "tsunagu-"
"""Cluster ids of embedded brokers begin so."""
NEEDED = "TSUNAGU_KAFKA_USER must be a user that may alter users, topics and ACLs"
DENIED = (
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
)


class NoAuthorizer(TsunaguError):
    """Brokers on which everybody may do everything."""


def client(kafka: Kafka) -> AdminClient:
    """Quiet, because what fails is told by us."""
    return AdminClient({**kafka.librdkafka(), "log_level": 0})


def ask(kafka: Kafka, what: str, call: Call) -> list[Any]:
    """The answers to a call. Raises TsunaguError for the first that failed, saying `what` could not be; NoAuthorizer."""
    held = client(kafka)  # until the last answer is in: they end with it
    asked = call(held)
    return [_answer(what, one) for one in (asked.values() if isinstance(asked, Mapping) else [asked])]


def _answer(what: str, future: Future[Any]) -> Any:
    try:
        return future.result(TIMEOUT_SECONDS)
    except TimeoutError as error:
        raise TsunaguError(f"{what}: no answer from the brokers within {TIMEOUT_SECONDS:g} s") from error
    except KafkaException as error:
        if error.args[0].code() == KafkaError.SECURITY_DISABLED:
            raise NoAuthorizer(f"{what}: these brokers have no ACLs") from error
        raise TsunaguError(f"{what}: {_why(error.args[0])}") from error


def _why(error: KafkaError) -> str:
    if error.code() in DENIED:
        return f"refused ({error.name()}): {NEEDED}"
    return f"{error.str()} ({error.name()})"
