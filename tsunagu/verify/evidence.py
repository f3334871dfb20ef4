"""Everything a verification looks at, read once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from shared.events.offers import TOPIC as OFFERS
from shared.events.offers import OfferMade
from shared.kafka.connection import Kafka
from tsunagu.verify import wiring
from tsunagu.verify.mailbox import Mailbox, names, read
from tsunagu.verify.memories import Memory, Stored, read_memories
from tsunagu.verify.topics import Committed, Identity, Place, Told, cluster_id, committed, read_all, read_earlier

Progress = Callable[[str], None]
RECORD = ("topic", "partition", "offset")
"""What a dead letter says of the record that it was."""
OF_PARTNERS = ("intake.commands", "intake.dead-letters")


@dataclass(frozen=True)
class Evidence:
    """`committed`: service → the offsets below which its readers have said that all is done. `mailbox`: None where it
    cannot be read. `earlier`: what earlier generations of topics say of partners' records, which have no generations.
    """

    cluster: str
    committed: Mapping[str, Committed]
    topics: Mapping[str, Sequence[Told]]
    memories: Mapping[str, Memory]
    mailbox: Mailbox | None = None
    earlier: Mapping[str, Sequence[Told]] = field(default_factory=dict)

    def done(self, service: str, place: Place, offset: int) -> bool:
        """Has the service said that it is done with this record?"""
        return offset < self.committed[service].get(place, 0)

    def is_recent(self, entry: Stored) -> bool:
        """Was it decided under this broker? What an earlier one knew was told again."""
        return bool(entry["cause"]["cluster"] == self.cluster)

    def is_out(self, service: str, entry: Stored) -> bool:
        """Must its effects be on Kafka by now? An earlier broker's are told again before anyone starts."""
        cause = entry["cause"]
        place = Place(cause["topic"], cause["partition"])
        return not self.is_recent(entry) or self.done(service, place, cause["offset"])

    @cached_property
    def events(self) -> Mapping[str, Mapping[Identity, list[Told]]]:
        """Topic → each event with all its copies."""
        return {topic: _copies(records) for topic, records in self.topics.items()}

    @cached_property
    def dead(self) -> set[tuple[str, str]]:
        """(service, record) of every dead letter; of what waits with a stuck document, as long as it lies aside: once that is
        released it is to be applied.
        """
        letters = [
            (service, letter)
            for service in wiring.SERVICES
            for letter in self.topics.get(f"{service}.dead-letters", ())
        ]
        earlier = self.earlier.get("intake.dead-letters", ())
        letters += [("intake", letter) for letter in earlier if wiring.is_partners(letter.head.get("topic", ""))]
        records = [
            (service, letter, "-".join(letter.head.get(part, "") for part in RECORD)) for service, letter in letters
        ]
        return {
            (service, record)
            for service, letter, record in records
            if letter.head.get("reason") != "stuck" or self.memories[service].lies_aside(record)
        }

    @cached_property
    def inlet(self) -> Sequence[Told]:
        """The commands that partners' records became, whenever that was."""
        return [*self.earlier.get("intake.commands", ()), *self.topics.get("intake.commands", ())]

    @cached_property
    def asked(self) -> Mapping[str, Sequence[Told]]:
        """Supporter → the offers made to them."""
        found: dict[str, list[Told]] = defaultdict(list)
        for told in self.topics.get(OFFERS, ()):
            if told.head.get("type") == OfferMade.type:
                found[told.key].append(told)
        return found


def _copies(records: Sequence[Told]) -> dict[Identity, list[Told]]:
    copies: dict[Identity, list[Told]] = {}
    for told in records:
        copies.setdefault(told.event(), []).append(told)
    return copies


async def _committed(kafka: Kafka, cluster: str) -> dict[str, dict[Place, int]]:
    """A service's readers read different topics."""
    groups = [wiring.group(service, reader, cluster) for service, reader in wiring.READERS]
    offsets: dict[str, dict[Place, int]] = {service: {} for service in wiring.SERVICES}
    for (service, _), known in zip(wiring.READERS, await committed(kafka, groups), strict=True):
        offsets[service].update(known)
    return offsets


async def gather(kafka: Kafka, mongo: str, progress: Progress, mails: Path | None = None) -> Evidence:
    """First what is said to be done, then topics, then documents, then journals, then mails: whatever is said to be
    done is then found, however much is done meanwhile. So nothing that is under way looks lost.

    `mails`: the folder where the embedded stack keeps them.
    """
    there = names(mails)
    cluster = await cluster_id(kafka)
    progress("offsets")
    offsets = await _committed(kafka, cluster)
    progress("topics")
    topics, earlier = await read_all(kafka), await read_earlier(kafka, OF_PARTNERS)
    progress("documents")
    memories = await read_memories(mongo, wiring.SERVICES)
    return Evidence(cluster, offsets, topics, memories, read(mails, there) if mails else None, earlier)
