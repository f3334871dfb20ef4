"""What each service has beside its kernel: wired as its app.py does."""

from typing import Any

from services.intake import app as intake
from services.intake.inlets.partner_topics import PATTERN, PartnerInlet
from services.intake.inlets.residents import Residents
from services.matching import app as matching
from services.notify import app as notify
from services.notify.links import Links
from services.notify.outlets import MailOutlet
from services.stats import app as stats
from shared.events import roster
from shared.events.roster import SupporterSnapshot
from shared.kernel import journal
from shared.privacy.audit import Audit
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from tests.delivery.sim.replica import Life
from tests.delivery.support.little import Unsealed
from tests.unit.samples import NETWORK

APPS = {app.NAME: app for app in (intake, matching, notify, stats)}
WRAPPING = WrappingKeys({"w1": b"w" * 32})


def furnish(life: Life) -> None:
    """Everything that the process does."""
    match life.app.NAME:
        case "intake":
            _inlet(life)
            life.kernel(None)
        case "matching":
            life.kernel(life.view(roster.TOPIC, SupporterSnapshot).items)
        case "notify":
            view = life.view(roster.TOPIC, SupporterSnapshot)
            _outlet(life, view.items)
            life.kernel(view.items)
        case _:
            life.kernel(None)


def _inlet(life: Life) -> None:
    vault, audit = Vault(life.shelf("resident-keys"), WRAPPING), Audit(life.shelf("intake.audit"))
    residents = Residents(NETWORK, vault, audit)
    inlet = PartnerInlet(life.commands, residents, life.clock, Unsealed(), life.world.tally)
    life.read("inlet", life.broker.matching(PATTERN), inlet.handle)


class Addresses:
    """Everybody has one."""

    async def open_all(self, sealed: Any, actor: str, why: str) -> dict[str, Any]:
        return {person: {"email": f"{person}@example.org"} for person in sealed}


def _outlet(life: Life, view: Any) -> None:
    life.world.network.wires[life.name] = life.wire
    outlet = MailOutlet(
        life.commands, life.store, view, Addresses(), Links("simulated", "http://notify"),  # type: ignore[arg-type]
        (life.name, 25), "network@example.org", life.world.tally,
    )  # fmt: skip
    life.read("mail", [journal.topic("notify")], outlet.handle)
