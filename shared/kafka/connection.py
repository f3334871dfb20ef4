"""How to reach the brokers, in the words of aiokafka and of FastStream; and what our topics are called there.

Event topics never get more partitions: a later reader would meet a key's second half before its first. Instead the whole
network moves to a new generation of topics, beside the old one (docs/topics.md). Only here and in shared/kafka are they
known by their generation's names; offsets mean something within one generation alone, so it is part of the cluster's id.
"""

from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition
from faststream.security import BaseSecurity, SASLScram512

from shared.kernel.record import Place

PARTNERS = "partner."
"""What partners write and read keeps its name."""


@dataclass(frozen=True)
class Kafka:
    """`servers`: host:port, comma separated. `user` and `password`: SCRAM-SHA-512, on brokers that ask for them.
    `generation`: of our topics.
    """

    servers: str
    user: str = ""
    password: str = ""
    generation: int = 1

    @property
    def suffix(self) -> str:
        return f".g{self.generation}" if self.generation > 1 else ""

    def name(self, topic: str) -> str:
        """What a topic is called on the brokers."""
        return topic if topic.startswith(PARTNERS) else topic + self.suffix

    def partition(self, place: Place) -> TopicPartition:
        return TopicPartition(self.name(place.topic), place.partition)

    def place(self, partition: TopicPartition) -> Place:
        """Of a partition of this generation, or of a partner's."""
        return Place(partition.topic.removesuffix(self.suffix), partition.partition)

    def options(self) -> dict[str, Any]:
        """For any aiokafka client."""
        plain: dict[str, Any] = {"bootstrap_servers": self.servers}
        if not self.user:
            return plain
        return plain | {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    def security(self) -> BaseSecurity | None:
        """For FastStream."""
        return SASLScram512(self.user, self.password, use_ssl=False) if self.user else None


async def cluster_id(kafka: Kafka) -> str:
    """Within one of these an offset means something. Raises KafkaConnectionError when no broker answers."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=5000)
    await admin.start()
    try:
        return f"{(await admin.describe_cluster())['cluster_id']}{kafka.suffix}"
    finally:
        await admin.close()
