"""The people outside, acting on the network by its public ways only: topics, HTTP, mail, pages."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import matches
from shared.events.referrals import ReferralPublished, topic
from shared.ids import derive
from shared.kernel.record import envelope
from shared.seal import seal_json
from tsunagu.demo.actions import Accept, Action, Decline, DropOut, GiveUp, Report, Resume
from tsunagu.demo.planned import Planned
from tsunagu.demo.stage import Stage

BY_HTTP = 5
"""Every so many-th referral comes over HTTP, the others over Kafka."""
TAKEN = (202, 303)
"""What a form is answered with: on its way, or decided."""


class Outside:
    """`failures`: answers that were not as expected; the demo ends with 1 if there are any."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._mails_read = 0
        self._published = 0
        self.failures: list[str] = []
        self._matches = AIOKafkaConsumer(bootstrap_servers=stage.where.kafka, fetch_max_wait_ms=30)

    async def start(self) -> None:
        await self._matches.start()
        cluster = await self._matches._client.fetch_all_metadata()  # a consumer without a subscription learns no topics
        parts = cluster.partitions_for_topic(matches.TOPIC) or set()
        places = [TopicPartition(matches.TOPIC, p) for p in parts]
        self._matches.assign(places)
        await self._matches.seek_to_beginning(*places)

    async def stop(self) -> None:
        await self._matches.stop()

    async def publish(self, referral: Planned, now: datetime) -> None:
        self._published += 1
        resident = referral.resident
        clear = {"name": resident.name, "contacts": resident.phone, "note": resident.note}
        if self._published % BY_HTTP == 0:
            await self._publish_http(referral, referral.event("") | {"resident": clear})
        else:
            await self._publish_kafka(referral, referral.event(seal_json(clear, self._stage.keys)), now)

    async def _publish_kafka(self, referral: Planned, data: Mapping[str, Any], now: datetime) -> None:
        head = envelope(
            id=derive("demo", referral.org, referral.reference), source=f"/partner/{referral.org}",
            type=ReferralPublished.type, time=now.isoformat(),
        )  # fmt: skip
        key, value = referral.reference.encode(), json.dumps(data).encode()
        await self._stage.producer.send_and_wait(topic(referral.org), value, key=key, headers=list(head))

    async def _publish_http(self, referral: Planned, data: Mapping[str, Any]) -> None:
        url = f"{self._stage.where.services['intake']}/referrals"
        key = self._stage.api_keys[referral.org]
        answer = await self._stage.http.post(url, json=data, headers={"Authorization": f"Bearer {key}"})
        self._expect(answer.status_code == 202, f"{referral.reference}: {answer.status_code} {answer.text[:200]}")

    async def act(self, link: str, action: Action) -> None:
        """A form on the page behind a link, sent."""
        path, form = _form(action)
        page, _, language = link.partition("?")
        answer = await self._stage.http.post(f"{page}/{path}?{language}", data=form)
        late = answer.status_code == 409  # another was quicker, or the time was over: that is life
        self._expect(answer.status_code in TAKEN or late, f"{path}: {answer.status_code}")

    async def coordinate(self, case: str, action: Resume | GiveUp) -> None:
        url = f"{self._stage.where.services['matching']}/cases/{case}"
        if isinstance(action, Resume):
            answer = await self._stage.http.post(f"{url}/ask-again", headers=self._stage.desk)
        else:
            answer = await self._stage.http.post(
                f"{url}/close", data={"reason": action.reason}, headers=self._stage.desk
            )
        self._expect(answer.status_code in TAKEN, f"{case} {action.kind}: {answer.status_code}")

    async def new_mails(self) -> list[dict[str, Any]]:
        """What has come into the inbox since the last look."""
        found: list[dict[str, Any]] = []
        while True:
            url = f"{self._stage.where.inbox}/api/mails"
            page = (await self._stage.http.get(url, params={"after": self._mails_read, "limit": 500})).json()
            self._mails_read = page["last"]
            found += page["mails"]
            if len(page["mails"]) < 500:
                return found

    async def new_escalations(self) -> list[matches.Escalated]:
        """What has come to the coordinators' desk since the last look."""
        places = self._matches.assignment()
        ends = await self._matches.end_offsets(list(places))
        found = []
        while any([await self._matches.position(place) < ends[place] for place in places]):
            for records in (await self._matches.getmany(timeout_ms=50)).values():
                found += [r for r in records if dict(r.headers)["ce_type"] == matches.Escalated.type.encode()]
        return [matches.Escalated.model_validate_json(r.value) for r in found]

    def _expect(self, fine: bool, otherwise: str) -> None:
        if not fine:
            self.failures.append(otherwise)


def _form(action: Action) -> tuple[str, dict[str, Any]]:
    """Which form of the page, and what is written into it."""
    said = {name: value for name, value in asdict(action).items() if name not in ("at", "kind")}
    match action:
        case Accept():
            return "accept", {}
        case Decline(pause_days=0):
            return "decline", {"reason": action.reason}
        case Decline():
            return "pause", {"reason": action.reason, "days": action.pause_days}
        case Report():
            return "report", said
        case DropOut():
            return "drop-out", {"reason": action.reason}
    raise TypeError(f"nobody can do {action} on a page")


async def together(*doing: Any) -> None:
    await asyncio.gather(*doing)
