"""Why brokers that are there do not let us in. aiokafka's clients only say that no broker could be asked."""

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from shared import handshake
from shared.handshake import Server
from shared.kafka.connection import MECHANISM, Kafka

PATIENCE_MS = 3000
WRONG_PASSWORD = (SaslAuthenticationFailed, AuthenticationFailedError)
NO_SCRAM = (UnsupportedSaslMechanismError, IllegalSaslStateError)
NO_GRANT = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)


async def refusal(kafka: Kafka, error: BaseException | None = None) -> str | None:
    """In a line for people; None where no broker refuses us: they are away, or let us in. `error`: what a client met."""
    if isinstance(error, NO_GRANT):
        return _no_grant(kafka, error)
    for server in map(_server, kafka.servers.split(",")):
        if told := await handshake.refusal(server, kafka.tls) or await _stranger(server, kafka):
            return told
    return None


def _server(address: str) -> Server:
    host, _, port = address.strip().rpartition(":")
    return Server("broker", host.strip("[]"), int(port), "TSUNAGU_KAFKA")


async def _stranger(server: Server, kafka: Kafka) -> str | None:
    try:
        connection = await create_conn(server.host, server.port, request_timeout_ms=PATIENCE_MS, **kafka.access())
    except WRONG_PASSWORD:
        return f"{server} refuses the user {kafka.user}: look at TSUNAGU_KAFKA_USER and TSUNAGU_KAFKA_PASSWORD"
    except NO_SCRAM:
        return f"{server} knows no users by {MECHANISM}: is TSUNAGU_KAFKA_USER needed there, and the port right?"
    except (KafkaError, OSError, TimeoutError):
        return None
    try:
        await connection.send(MetadataRequest([]))
    except (KafkaError, OSError, TimeoutError):
        if kafka.user:
            return None
        # It answers its first question before it asks who one is, and then hangs up.
        return f"{server} answers nobody without a user: set TSUNAGU_KAFKA_USER and TSUNAGU_KAFKA_PASSWORD"
    finally:
        connection.close()
    return None


def _no_grant(kafka: Kafka, error: BaseException) -> str:
    what = next(kind for kind in NO_GRANT if isinstance(error, kind)).__name__.removesuffix("AuthorizationFailedError")
    names = sorted(map(str, error.args[0])) if error.args and isinstance(error.args[0], set | list) else []
    return (
        f"the broker does not let the user {kafka.user or 'ANONYMOUS'} use the {' '.join([what.lower(), *names])}: "
        "`tsunagu topics apply` grants what deploy/kafka/network.toml says"
    )
