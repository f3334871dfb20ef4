"""How to reach the network, from the environment."""

import os
import ssl
from typing import Any

ORG = os.environ["TSUNAGU_ORG"]
URL = os.environ["TSUNAGU_URL"]
REFERRALS, UPDATES = f"partner.{ORG}.referrals", f"partner.{ORG}.updates"


def kafka() -> dict[str, Any]:
    options: dict[str, Any] = {"bootstrap_servers": os.environ["KAFKA_SERVERS"]}
    tls = os.environ.get("KAFKA_TLS") == "true"
    if tls:
        ca = os.environ.get("KAFKA_CA") or None  # none: the CAs that this machine trusts
        options |= {"security_protocol": "SSL", "ssl_context": ssl.create_default_context(cafile=ca)}
    if user := os.environ.get("KAFKA_USER"):
        options |= {
            "security_protocol": "SASL_SSL" if tls else "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": os.environ["KAFKA_PASSWORD"],
        }
    return options


def group() -> str:
    """A consumer group that this partner may use: its name begins with the user's and a dot."""
    return f"{os.environ.get('KAFKA_USER') or f'partner-{ORG}'}.example"
