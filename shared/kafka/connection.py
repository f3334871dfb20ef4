"""How to reach the brokers, in the words of aiokafka and of FastStream; and what our topics are called there.

Event topics never get more partitions: a later reader would meet a key's second half before its first. Instead the whole
network moves to a new generation of topics, beside the old one (docs/topics.md). Only here and in shared/kafka are they
known by their generation's names; offsets mean something within one generation alone, so it is part of the cluster's id.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition
from faststream.security import BaseSecurity, SASLScram512

from shared.kernel.record import Place
from shared.tls import Tls

MECHANISM = "SCRAM-SHA-512"
PARTNERS = "partner."
"""What partners write and read keeps its name."""


@dataclass(frozen=True)
class Kafka:
    """`servers`: host:port, comma separated. `user` and `password`: SCRAM-SHA-512, on brokers that ask for them.
    `generation`: of our topics. `tls`: encrypted; None: in the clear.
    """

    servers: str
    user: str = ""
    password: str = field(default="", repr=False)
    generation: int = 1
    tls: Tls | None = None

    @property
    def suffix(self) -> str:
        return f".g{self.generation}" if self.generation > 1 else ""

    def name(self, topic: str) -> str:
        """What a topic is called on the brokers."""
        return topic if topic.startswith(PARTNERS) else topic + self.suffix

    def partition(self, place: Place) -> TopicPartition:
        return TopicPartition(self.name(place.topic), place.partition)

    def place(self, partition: "TopicPartition | ConsumerRecord[Any, Any]") -> Place:
        """Of a partition of this generation, or of a partner's; or where a record lies."""
        return _place(partition.topic, partition.partition, self.suffix)

    @property
    def protocol(self) -> str:
        """In Kafka's words."""
        return ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT")

    def options(self) -> dict[str, Any]:
        """For any aiokafka client."""
        options: dict[str, Any] = {"bootstrap_servers": self.servers, **self.access()}
        return options

    def access(self) -> dict[str, Any]:
        """For one connection of aiokafka."""
        options: dict[str, Any] = {"security_protocol": self.protocol}
        if self.tls:
            options["ssl_context"] = self.tls.context()
        if self.user:
            options |= {
                "sasl_mechanism": MECHANISM, "sasl_plain_username": self.user, "sasl_plain_password": self.password,
            }  # fmt: skip
        return options

    def security(self) -> BaseSecurity:
        """For FastStream."""
        context = self.tls.context() if self.tls else None
        return SASLScram512(self.user, self.password, context) if self.user else BaseSecurity(context)

    def librdkafka(self) -> dict[str, Any]:
        """For confluent-kafka, which reads the files itself; it checks servers' names, too."""
        tls = self.tls or Tls()
        said: dict[str, Any] = {
            "sasl.mechanism": self.user and MECHANISM,
            "sasl.username": self.user,
            "sasl.password": self.password,
            "ssl.ca.location": tls.ca and str(tls.ca),
            "ssl.certificate.location": tls.cert and str(tls.cert),
            "ssl.key.location": tls.cert and str(tls.key or tls.cert),
        }
        needed = {"bootstrap.servers": self.servers, "security.protocol": self.protocol}
        return needed | {name: value for name, value in said.items() if value}


async def cluster_id(kafka: Kafka) -> str:
    """Within one of these an offset means something. Raises KafkaConnectionError when no broker answers."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=5000)
    await admin.start()
    try:
        return f"{(await admin.describe_cluster())['cluster_id']}{kafka.suffix}"
    finally:
        await admin.close()


@lru_cache(maxsize=10_000)
def _place(topic: str, partition: int, suffix: str) -> Place:
    """Asked for each record."""
    return Place(topic.removesuffix(suffix), partition)
