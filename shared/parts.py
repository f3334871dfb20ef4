"""What a service is made of besides its domain: database, bus, clock, seals, commands."""

from dataclasses import dataclass

from shared import store
from shared.clock import Clock, open_clock
from shared.kafka.bus import KafkaBus
from shared.kernel.commands import Commands
from shared.metrics import Metrics
from shared.seal import Seals, read_keys
from shared.settings import Settings
from shared.shelf import Shelf, shelf


@dataclass
class Parts:
    """What a service's own rooms may use. All of it exists from the start; it works once the service is ready."""

    name: str
    settings: Settings
    clock: Clock
    bus: KafkaBus
    store: store.MongoStore
    commands: Commands
    metrics: Metrics
    seals: Seals

    def shelf(self, name: str) -> Shelf:
        """See shared.shelf.SHELVES."""
        return shelf(self.name, name, self.store, self.bus, self.clock)


def parts(name: str, settings: Settings) -> Parts:
    clock = open_clock(settings.clock)
    bus = KafkaBus(settings.broker())
    documents = store.MongoStore(store.connect(settings.mongo), f"tsunagu_{name}")
    seals = Seals(read_keys(settings.network_jwks), settings.letter_key.encode()[:32])
    return Parts(name, settings, clock, bus, documents, Commands(name, bus, documents, clock), Metrics(), seals)
