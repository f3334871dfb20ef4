"""What lies aside for stuck documents is in the database alone; but a dead letter says where each record lay."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared import logs
from shared.errors import BadRecord
from shared.ids import Ids
from shared.kafka.log import Log
from shared.kernel.dead_letters import to_letter
from shared.kernel.document import Document
from shared.kernel.loading import recalled
from shared.kernel.ports import Sealer, Store
from shared.kernel.record import Input, Place, Record, Subscriptions, decode_headers, letter_id, whole

Where = tuple[Place, int]


@dataclass(frozen=True)
class Letters:
    """Of one service, once its documents have caught up: then whatever they do not know lay aside."""

    store: Store
    subscriptions: Subscriptions
    sealer: Sealer
    ids: Ids
    cluster: str

    async def take(self, dead: Sequence[Record], log: Log) -> int:
        """`dead`: of the service's dead letters those about what lay aside, in order. Returns how many records now do."""
        aside: dict[str, list[Input]] = defaultdict(list)
        for where in dict.fromkeys(filter(None, map(_where, dead))):
            if one := await self._read(where, log):
                aside[one.key].append(one)
        return sum([await self._put_aside(key, inputs) for key, inputs in aside.items()])

    async def _read(self, where: Where, log: Log) -> Input | None:
        place, offset = where
        record = await log.one(place, offset)
        if record is None:
            logs.logger().error("a record that lay aside is no more", topic=place.topic, offset=offset)
            return None
        try:
            return self.subscriptions.read(record)
        except BadRecord:  # nor was it readable then
            return None

    async def _put_aside(self, key: str, inputs: Sequence[Input]) -> int:
        """The document first: a crash in between leaves it stuck, and the letters come with the next attempt."""
        while True:
            document = (await self.store.load([key])).get(key) or Document(key)
            heard = await recalled(self.store, document, inputs)  # its streams may be forgotten
            waiting = [one for one in inputs if not document.knows(one, self.cluster, heard)]
            if not waiting or document.stuck:
                break
            stuck = replace(document, stuck=str(waiting[0].record), rev=self.ids.new())
            if not await self.store.write([(document.rev, stuck)]):
                break
        await self.store.keep(
            [to_letter(letter_id(self.cluster, one.record), key, one.record, self.sealer) for one in waiting]
        )
        return len(waiting)


def is_about_aside(dead: Record) -> bool:
    """Whatever cannot be read says nothing."""
    return _where(dead) is not None


def _where(dead: Record) -> Where | None:
    """Of the record that it is about, if that lay aside."""
    try:
        head = decode_headers(dead.headers)
        if head.get("ce_reason") != "stuck":
            return None
        return Place(head["ce_topic"], whole(head["ce_partition"])), whole(head["ce_offset"])
    except (BadRecord, KeyError):
        return None
