"""How to reach the brokers, in the words of aiokafka and of FastStream."""

from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from faststream.security import BaseSecurity, SASLScram512


@dataclass(frozen=True)
class Kafka:
    """`servers`: host:port, comma separated. `user` and `password`: SCRAM-SHA-512, on brokers that ask for them."""

    servers: str
    user: str = ""
    password: str = ""

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
    """Raises KafkaConnectionError when no broker answers."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=5000)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
