"""tsunagu sign-out: somebody is signed out of every service, and comes in only by a new link or an account."""

from shared.access import Actor, Role, staff
from shared.clock import RealClock
from shared.kafka.bus import KafkaBus
from shared.privacy.audit import Audit
from shared.shelf import shelf
from shared.store import MongoStore, connect
from shared.web.passkey_book import PasskeyBook
from shared.web.sessions import Sessions
from tsunagu.commands.sign_in import actor_of
from tsunagu.where import SERVICES, Where


async def run(where: Where, role: str, handle: str, by: str) -> int:
    """Ends sessions, removes passkeys; the latter is noted in each service's audit log."""
    actor, operator, bus = actor_of(role, handle), staff(Role.OPERATOR, by), KafkaBus(where.kafka)
    await bus.start()
    try:
        for service in SERVICES:
            print(f"{service:<9} {await _out(where, service, bus, actor, operator)}")
    finally:
        await bus.stop()
    print("a link that they still hold is good for at most 15 minutes; an account is closed at its provider")
    return 0


async def _out(where: Where, service: str, bus: KafkaBus, actor: Actor, by: Actor) -> str:
    store = MongoStore(connect(where.mongo), f"tsunagu_{service}")
    book = PasskeyBook(store.collection("passkeys"), Audit(shelf(service, "audit", store, bus, RealClock())))
    removed = await book.remove_all(actor, by)
    ended = await Sessions(service, store.collection("sessions")).close_all(actor)
    return f"{ended} sessions ended, {removed} passkeys removed"
