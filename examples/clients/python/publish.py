"""Publish a referral over Kafka, the resident sealed: python publish.py FILE [--reference R] [--type published]"""

import argparse
import asyncio
import json
import urllib.request
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from access import ORG, REFERRALS, URL, kafka
from aiokafka import AIOKafkaProducer
from joserfc import jwe
from joserfc.jwk import KeySet


def network_keys() -> KeySet:
    with urllib.request.urlopen(f"{URL}/.well-known/jwks.json") as answer:
        return KeySet.import_key_set(json.load(answer))


def seal(resident: dict[str, str], keys: KeySet) -> str:
    """A JWE that only the network can open, to the first of its keys."""
    key = keys.keys[0]
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.kid}
    return jwe.encrypt_compact(header, json.dumps(resident).encode(), key)


def headers(kind: str) -> list[tuple[str, bytes]]:
    """A CloudEvent in binary mode. To repeat after an error, keep the id: the network takes it once."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_source": f"https://{ORG}.example/referrals",
        "ce_type": f"tsunagu.referral.{kind}.v1",
        "ce_time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in attributes.items()]


async def publish(data: dict[str, Any], kind: str) -> None:
    producer = AIOKafkaProducer(**kafka(), acks="all")
    await producer.start()
    try:
        reference = data["reference"].encode()
        place = await producer.send_and_wait(REFERRALS, json.dumps(data).encode(), key=reference, headers=headers(kind))
        print(f"{data['reference']} is at {place.topic}, offset {place.offset}")
    finally:
        await producer.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--reference", help="another one than the file's")
    parser.add_argument("--type", default="published", choices=["published", "amended", "withdrawn"])
    asked = parser.parse_args()
    data = json.loads(asked.file.read_text(encoding="utf-8"))
    data["reference"] = asked.reference or data["reference"]
    if isinstance(data.get("resident"), dict):
        data["resident"] = seal(data["resident"], network_keys())
    asyncio.run(publish(data, asked.type))


if __name__ == "__main__":
    main()
