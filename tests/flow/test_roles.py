"""Every route of every service as every role, with real credentials, at the running network; and what follows from it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from deploy.local.keys import Keys
from services.intake.links import CaseLinks
from shared.access import BY_LINK, EVERYBODY, ROUTES, Actor, Role
from tests.delivery.support.network import Network
from tests.delivery.support.partner import join
from tests.delivery.support.topics import header, records
from tests.flow.test_round import NAME, referral, visitor
from tests.flow.visitor import EXAMPLE, Visitor

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]

SECRETS = (NAME, EXAMPLE["resident"]["contacts"], "08220", "Tsukuba", "つくば", "hospital", "supporter-")
"""What a refusal must not show of the case that it is about."""
ROLES = sorted(EVERYBODY)


@dataclass(frozen=True)
class Matter:
    """A case that a supporter has taken; `offer` and `page`: the tokens of its signed links."""

    visitor: Visitor
    case: str
    offer: str
    page: str
    sessions: dict[tuple[str, Role], dict[str, str]]

    def request(self, service: str, route: str, role: Role) -> tuple[str, str, dict[str, str]]:
        """Method, URL and headers of this role asking for this route, with a right link but for who has none."""
        method, _, template = route.partition(" ")
        token = {"notify": self.offer, "intake": self.page}.get(service, "")
        fitting = {"notify": Role.SUPPORTER, "intake": Role.RESIDENT}.get(service)
        if role is not fitting and role not in BY_LINK:  # who has no session has no other way in than a link of theirs
            token = {Role.RESIDENT: self.page, Role.SUPPORTER: self.offer}.get(role, f"{token}x")
        path = template.format(reference="roles-1", case=self.case, token=token, letter="none-0-0", passkey="none")
        path = path.replace("/static", "/static/tsunagu.css")
        return method, self.visitor.url(service, path), {"sec-fetch-site": "same-origin"} | self._head(service, role)

    def _head(self, service: str, role: Role) -> dict[str, str]:
        if role is Role.PARTNER and service == "intake":
            return self.visitor.head
        if role in (Role.SUPPORTER, Role.RESIDENT):  # a link's token is no key
            return {"Authorization": f"Bearer {self.offer}"}
        return self.sessions.get((service, role), {})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matter(visitor: Visitor) -> Matter:
    case = (await visitor.post("/referrals", referral("roles-1"))).json()["case"]
    link = (await visitor.links(case, "offer", 3))[0]
    assert (await visitor.form(link, "accept")).status_code == 303
    await visitor.reaches("roles-1", "in-progress")
    net = visitor.net
    sessions = {
        (service, role): await net.signed_in(service, Actor(role, "flow")) for service in ROUTES for role in BY_LINK
    }
    secret = Keys(net.where.keys).link_secret.read_text(encoding="utf-8")
    page = _token(CaseLinks(secret, "").url(case, "en"))
    return Matter(visitor, case, _token(link), page, sessions)


def _token(link: str) -> str:
    return link.partition("?")[0].rsplit("/", 1)[1]


def every() -> Iterator[tuple[str, str, Role]]:
    """What ends a session or the case comes last."""
    rows = [(service, route, role) for service, table in ROUTES.items() for route in table for role in ROLES]
    return iter(sorted(rows, key=lambda row: row[1].startswith("DELETE") + 2 * row[1].endswith("/sign-out")))


@pytest.mark.timeout(400)  # more than a thousand requests
async def test_every_route_as_every_role(matter: Matter) -> None:
    wrong = []
    for service, route, role in every():
        method, url, head = matter.request(service, route, role)
        for accept in ("text/html", "*/*"):
            answer = await asked(matter, method, url, {"accept": accept, **head})
            wrong += [f"{service} {route} as {role}: {flaw}" for flaw in flaws(answer, role, ROUTES[service][route])]
    assert not wrong, "\n".join(wrong)


async def asked(matter: Matter, method: str, url: str, head: dict[str, str]) -> httpx.Response:
    """A stream of events has no end: its head alone."""
    async with matter.visitor.net.http.stream(method, url, headers=head) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return httpx.Response(answer.status_code, headers=answer.headers)
        await answer.aread()
        return answer


def flaws(answer: httpx.Response, role: Role, allowed: frozenset[Role]) -> list[str]:
    """What is wrong with this answer to this role."""
    refused = answer.status_code in (401, 403)
    if role in allowed:
        return [f"refused: {answer.status_code} {answer.text[:300]}"] if refused or answer.status_code >= 500 else []
    due = 403 if role in BY_LINK else 401
    found = [] if answer.status_code == due else [f"{answer.status_code}, not {due}"]
    return found + [f"shows {secret}" for secret in SECRETS if secret in answer.text]


async def test_anothers_referral_is_not_there(matter: Matter) -> None:
    other = (await join(matter.visitor.net, ["other"]))["other"]
    url = matter.visitor.url("intake", "/referrals/roles-1")
    for method in ("GET", "DELETE"):
        answer = await matter.visitor.net.http.request(
            method, url, headers={"Authorization": f"Bearer {other.api_key}"}
        )
        assert answer.status_code == 404 and not any(secret in answer.text for secret in SECRETS)


async def test_nobody_learns_whether_a_case_exists(matter: Matter) -> None:
    get, url = matter.visitor.net.http.get, matter.visitor.url
    there, not_there = (
        await get(url("matching", f"/cases/{matter.case}")),
        await get(url("matching", "/cases/case-none")),
    )
    assert (there.status_code, there.text) == (not_there.status_code, not_there.text)


async def test_a_command_says_who_sent_it_and_the_journal_keeps_it(matter: Matter, shared_network: Network) -> None:
    async def who(topic: str, type: str) -> set[str]:
        return {header(r, "ce_actor") for r in await records(shared_network, topic) if header(r, "ce_type") == type}

    assert "partner:flow" in await who("intake.commands", "tsunagu.intake.publish.v1")
    assert "coordinator:test" in await who("matching.commands", "tsunagu.matching.enrol.v1")
    assert await who("notify.commands", "tsunagu.notify.sent.v1") == {"network:mail"}
    assert all(one.startswith("supporter:") for one in await who("notify.commands", "tsunagu.notify.accept.v1"))
    told = [json.loads(record.value) for record in await records(shared_network, "intake.journal")]
    published = [entry for entry in told if entry["document"] == matter.case and entry["command"]]
    assert published and published[0]["by"] == "partner:flow"
