"""What a service is made of besides its domain: database, bus, clock, seals, commands."""

from collections.abc import Callable
from dataclasses import dataclass

from shared import store
from shared.clock import Clock, open_clock
from shared.kafka.bus import KafkaBus
from shared.kafka.reader import Reader
from shared.kernel.commands import Commands
from shared.metrics import Metrics
from shared.seal import Seals, read_keys
from shared.settings import Settings
from shared.shelf import Shelf, shelf


@dataclass
class Parts:
    """What a service's own rooms may use. All of it exists from the start; it works once the service is ready. `reader`:
    what makes one.
    """

    name: str
    settings: Settings
    clock: Clock
    bus: KafkaBus
    store: store.MongoStore
    commands: Commands
    metrics: Metrics
    seals: Seals
    reader: Callable[..., Reader] = Reader

    def shelf(self, name: str) -> Shelf:
        """See shared.shelf.SHELVES."""
        return shelf(self.name, name, self.store, self.bus, self.clock)


def parts(name: str, settings: Settings) -> Parts:
    clock = open_clock(settings.clock)
    bus, reader = _ways(name, settings)
    documents = store.MongoStore(store.connect(settings.database()), f"tsunagu_{name}")
    seals = Seals(read_keys(settings.network_jwks), settings.letter_key.encode()[:32])
    commands = Commands(name, bus, documents, clock)
    return Parts(name, settings, clock, bus, documents, commands, Metrics(), seals, reader)


def _ways(name: str, settings: Settings) -> tuple[KafkaBus, Callable[..., Reader]]:
    """To Kafka and from it. Who traces nothing does not even load what traces."""
    if not settings.traces:
        return KafkaBus(settings.broker()), Reader
    from shared.tracing.wiring import traced

    return traced(name, settings.traces, settings.broker())
