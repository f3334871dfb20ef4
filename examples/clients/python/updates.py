"""Read what became of referrals: python updates.py [--reference R] [--until offered]"""

import argparse
import asyncio
import json
from typing import Any

from access import UPDATES, group, kafka
from aiokafka import AIOKafkaConsumer


def line(record: Any) -> str:
    said = json.loads(record.value)
    sequence = dict(record.headers)["ce_sequence"].decode()
    more = [str(said[name]) for name in ("reason", "message", "outcome") if said.get(name)]
    return "  ".join([said["reference"], sequence, step(record), said["state"], *more])


def step(record: Any) -> str:
    """`accepted` of `tsunagu.referral.accepted.v1`."""
    return str(dict(record.headers)["ce_type"].decode().split(".")[2])


async def read(reference: str | None, until: str | None) -> None:
    consumer = AIOKafkaConsumer(UPDATES, group_id=group(), auto_offset_reset="earliest", enable_auto_commit=False, **kafka())
    await consumer.start()
    try:
        async for record in consumer:
            if reference and (record.key or b"").decode() != reference:
                continue
            print(line(record), flush=True)  # a real client stores it, and then commits
            if until and step(record) == until:
                return
    finally:
        await consumer.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", help="of this one alone")
    parser.add_argument("--until", help="end at this step: accepted, rejected, offered, …")
    parser.add_argument("--within", type=float, default=60, help="seconds; 1 when they are over")
    asked = parser.parse_args()
    try:
        asyncio.run(asyncio.wait_for(read(asked.reference, asked.until), asked.within))
    except asyncio.TimeoutError:
        raise SystemExit(f"nothing of that kind within {asked.within:g} seconds") from None


if __name__ == "__main__":
    main()
