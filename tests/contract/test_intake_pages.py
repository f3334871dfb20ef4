"""Intake's pages for partners and coordinators, on a real database: whose they show, page by page, and their refusals."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.intake.domain.case import Case
from services.intake.domain.commands import case_key
from services.intake.queries import PAGE
from shared.access import Actor, Role
from shared.kernel.document import Document
from shared.privacy.data_keys import new_data_key
from shared.service import Service
from shared.shelf import GONE
from shared.web.invitations import invite
from tests.contract.houses import SECRET, browser, built
from tests.unit.given import NOON

REASON = {"reason": "complaint"}
FIRST, SECOND = case_key("mine", "r-001"), case_key("mine", "r-002")
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
async def intake(database: str, tmp_path: Path) -> Service:
    """With one page and three referrals more of one partner, and one of another."""
    service = built(database, tmp_path)["intake"]
    await service.parts.store.documents.delete_many({})
    mine = [_document("mine", f"r-{n:03}", n) for n in range(PAGE + 3)]
    await service.parts.store.write([("", one) for one in [*mine, _document("other", "theirs", 0)]])
    return service


def _document(org: str, reference: str, minutes: int) -> Document:
    case = Case(
        org=org, reference=reference, category="hospital", municipality="08220", languages=("vi",),
        state="on-hold" if minutes == 7 else "accepted", since=NOON, received_at=NOON + timedelta(minutes=minutes),
    )  # fmt: skip
    return Document(case_key(org, reference), "rev", 1, case.model_dump(mode="json"), 2)


async def entered(service: Service, role: Role, id: str) -> httpx.AsyncClient:
    at = browser(service.app, "intake", **SAME)
    token = invite(SECRET, "intake", Actor(role, id))
    assert (await at.post("/sign-in", data={"token": token})).status_code == 303
    return at


async def test_a_partner_sees_its_own_the_newest_first_and_page_by_page(intake: Service) -> None:
    at = await entered(intake, Role.PARTNER, "mine")
    first, second = [(await at.get(f"/partner?lang=en&page={page}")).text for page in (1, 2)]
    assert first.index("r-052") < first.index("r-003") and "r-002" not in first and "?lang=en&amp;page=2" in first
    assert all(reference in second for reference in ("r-002", "r-001", "r-000")) and "r-003" not in second
    assert "theirs" not in first + second and "53 in all; most in Tsukuba: 53." in first
    assert "There are no referrals here." in (await at.get("/partner?lang=en&page=3")).text


async def test_a_list_of_one_state(intake: Service) -> None:
    page = (await (await entered(intake, Role.PARTNER, "mine")).get("/partner?lang=en&state=on-hold")).text
    assert "r-007" in page and "r-008" not in page and "All <b>53</b>" in page and "On hold <b>1</b>" in page


@pytest.mark.parametrize("query", ["state=lost", "page=0", "page=x", "page=99999999"])
async def test_what_cannot_be_asked_for_is_said(intake: Service, query: str) -> None:
    answer = await (await entered(intake, Role.PARTNER, "mine")).get(f"/partner?lang=en&{query}")
    assert answer.status_code == 422 and query.partition("=")[0] in answer.text


async def test_anothers_referral_is_not_there(intake: Service) -> None:
    at = await entered(intake, Role.PARTNER, "mine")
    assert (await at.get("/partner/referrals/r-007")).status_code == 200
    other = await at.get("/partner/referrals/theirs?lang=en")
    assert other.status_code == 404 and "hospital" not in other.text


async def test_a_reference_that_was_erased_by_a_slip_is_no_referral(intake: Service) -> None:
    """Intake keeps that it was asked, and what it answered; nobody was ever referred under it."""
    slip = Document(case_key("mine", "slip"), "rev", 1, Case().model_dump(mode="json"), 2)
    await intake.parts.store.write([("", slip)])
    at = await entered(intake, Role.PARTNER, "mine")
    for path in ("/partner/referrals/slip", "/referrals/slip"):
        assert (await at.get(path)).status_code == 404


async def test_the_desk_has_the_cases_of_all(intake: Service) -> None:
    page = (await (await entered(intake, Role.COORDINATOR, "mika")).get("/desk?lang=en&page=2")).text
    assert "theirs" in page and "All <b>54</b>" in page


async def test_who_was_erased_cannot_be_opened_and_the_page_says_so(intake: Service) -> None:
    at = await entered(intake, Role.COORDINATOR, "mika")
    await intake.parts.store.rows("keys").put(FIRST, GONE)
    answer = await at.post(f"/desk/{FIRST}/open?lang=en", data=REASON)
    assert answer.status_code == 410 and "data was erased" in answer.text


async def test_a_key_that_is_not_there_or_of_another_network_is_said_to_be_lost(intake: Service) -> None:
    at = await entered(intake, Role.COORDINATOR, "mika")
    await intake.parts.store.rows("keys").put(FIRST, {"kid": "of-another", "key": new_data_key("x").secret.hex()})
    for case in (SECOND, FIRST):
        answer = await at.post(f"/desk/{case}/open?lang=en", data=REASON)
        assert answer.status_code == 409 and "cannot be opened" in answer.text


async def test_no_reason_no_opening(intake: Service) -> None:
    at = await entered(intake, Role.COORDINATOR, "mika")
    for data in ({}, {"reason": "curious"}):
        answer = await at.post(f"/desk/{FIRST}/open?lang=en", data=data)
        assert answer.status_code == 422 and "<p>Reason</p>" in answer.text, "as the form asks for it"
    assert (await at.post("/desk/case-none/open?lang=en", data=REASON)).status_code == 404
