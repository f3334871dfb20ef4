"""What a partner wrote is looked for where intake has read it, whichever generation the network's own topics are of."""

from dataclasses import replace

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.kafka import topics
from shared.events import referrals
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kernel.record import Message
from tsunagu.commands.erase import _emptied


async def test_a_second_generation_of_topics_hides_nothing(kafka: Kafka, unique: str) -> None:
    """The embedded broker deletes nothing, and is asked to only where something was read: it may not be said to be gone."""
    topic = referrals.topic(unique)
    await topics.apply(kafka, topics.partner(unique))
    await published(kafka, topic)
    await read(kafka, topic)
    assert (await _emptied(replace(kafka, generation=2), unique)).startswith(f"{topic} could not be emptied")


async def published(kafka: Kafka, topic: str) -> None:
    bus = KafkaBus(kafka)
    await bus.start()
    await bus.publish([Message(topic, "ref-1", b"{}")])
    await bus.stop()


async def read(kafka: Kafka, topic: str) -> None:
    """As intake's inlet does."""
    group = f"tsunagu.intake.inlet.{await cluster_id(kafka)}"
    consumer = AIOKafkaConsumer(**kafka.options(), group_id=group, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.commit({TopicPartition(topic, 0): 1})
    await consumer.stop()
