"""A running network with something on every page: referrals in each state, offers answered in each way."""

from dataclasses import dataclass, field
from typing import Any

from deploy.local.keys import Keys
from services.intake.domain.commands import case_key
from services.intake.links import CaseLinks
from shared.access import Actor, Role
from shared.web.invitations import invite, link
from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import Partner, envelope, join
from tests.delivery.support.topics import dead_letters
from tests.flow.test_round import referral
from tests.flow.visitor import COORDINATOR, Visitor

ORG = "tsukuba"
WHO = {
    Role.PARTNER: Actor(Role.PARTNER, ORG),
    Role.COORDINATOR: COORDINATOR,
    Role.AUDITOR: Actor(Role.AUDITOR, "ken"),
    Role.OPERATOR: Actor(Role.OPERATOR, "yui"),
}


@dataclass
class World:
    """`values`: what the paths of visits are filled with."""

    visitor: Visitor
    values: dict[str, str] = field(default_factory=dict)

    @property
    def net(self) -> Network:
        return self.visitor.net

    def url(self, service: str, path: str, language: str) -> str:
        filled = self.visitor.url(service, path.format(**self.values))
        return f"{filled}{'&' if '?' in filled else '?'}lang={language}"

    def invited(self, service: str, role: Role) -> str:
        """A one-time link, as `tsunagu sign-in` prints it."""
        base = self.net.where.services[service]
        return link(base, invite(self.net.sign_in_secret, service, WHO[role]))


async def furnished(net: Network) -> World:
    partners = await join(net, [ORG])
    await until("ready", net.ready, 60)
    visitor = Visitor(net, partners[ORG].api_key, await net.signed_in("matching", COORDINATOR))
    world = World(visitor, {"secret": net.sign_in_secret})
    await _asked(world)
    await _taken(world)
    await _held(world)
    await _withdrawn(world)
    await _unusable(world, partners[ORG])
    links = CaseLinks(Keys(net.where.keys).link_secret.read_text(encoding="utf-8"), "")
    for reference in ("asked", "taken", "done", "held", "failed", "withdrawn"):
        case = case_key(ORG, reference)
        world.values |= {f"case_{reference}": case, f"r_{reference}": token(links.url(case, "en"))}
    return world


def token(address: str) -> str:
    """The last part of an address's path."""
    return address.partition("?")[0].rsplit("/", 1)[1]


async def _publish(world: World, reference: str, **changes: Any) -> str:
    answer = await world.visitor.post("/referrals", referral(reference, **changes))
    return str(answer.json()["case"])


async def _asked(world: World) -> None:
    """One who has declined, one who has not answered yet."""
    case = await _publish(world, "asked", urgency="soon", municipality="08203", category="office")
    asked = await world.visitor.links(case, "offer", 3)
    await world.visitor.form(asked[0], "decline", reason="too_far")
    world.values |= {"offer_declined": token(asked[0]), "offer_open": token(asked[1]), "offer_keys": token(asked[2])}


async def _taken(world: World) -> None:
    for reference in ("taken", "done"):
        case = await _publish(world, reference)
        first, second, _ = await world.visitor.links(case, "offer", 3)
        await world.visitor.form(first, "accept")
        await world.visitor.reaches(reference, "in-progress")
        await world.visitor.links(case, "taken", 2)
        world.values |= {f"offer_{reference}": token(first), "offer_lost": token(second)}
        if reference == "done":
            await world.visitor.form(first, "report", minutes=45, outcome="resolved")
            await world.visitor.reaches(reference, "completed")


async def _held(world: World) -> None:
    """Nobody in the roster speaks Khmer."""
    for reference in ("held", "failed"):
        await _publish(world, reference, languages=["km"], municipality="08211")
        await world.visitor.reaches(reference, "on-hold")
    url = world.visitor.url("matching", f"/cases/{case_key(ORG, 'failed')}/close")
    await world.net.http.post(url, data={"reason": "nobody_speaks_it"}, headers=world.visitor.desk)
    await world.visitor.reaches("failed", "failed")


async def _unusable(world: World, partner: Partner) -> None:
    """What a partner got wrong, one of which an operator has given up; an event of a type that nobody here knows yet."""
    for name in ("letter", "letter_2"):
        offset = await partner.send(b"{not json", f"wrong-{name}")
        world.values[name] = await _dead_letter(world, "intake", f"partner.{ORG}.referrals-0-{offset}")
    head = [one for one in envelope(ORG, "newer", "tsunagu.case.moved.v1") if one[0] != "ce_source"]
    head += [("ce_source", b"case-newer"), ("ce_sequence", b"1")]
    newer = await partner.producer.send_and_wait("cases", b"{}", key=b"case-newer", headers=head)
    world.values["letter_stuck"] = await _dead_letter(world, "matching", f"cases-{newer.partition}-{newer.offset}")
    url = world.visitor.url("intake", f"/dead-letters/{world.values['letter_2']}/discard")
    session = await world.net.signed_in("intake", WHO[Role.OPERATOR])
    assert (await world.net.http.post(url, data={"why": "test"}, headers=session)).status_code == 303


async def _dead_letter(world: World, service: str, id: str) -> str:
    """The id, once it is one."""

    async def told() -> bool:
        return id in await dead_letters(world.net, service)

    await until(f"{id} is a dead letter", told, 30)
    return id


async def _withdrawn(world: World) -> None:
    await _publish(world, "withdrawn", languages=["pt-BR"])
    await world.net.http.delete(world.visitor.url("intake", "/referrals/withdrawn"), headers=world.visitor.head)
    await world.visitor.reaches("withdrawn", "cancelled")
