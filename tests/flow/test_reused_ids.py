"""A partner that uses an id twice is told so: what it meant the second time was not done."""

import json

import pytest

from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import PUBLISHED, envelope, join, planned

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
ORG, WITHDRAWN = "reuser", "tsunagu.referral.withdrawn.v1"


async def test_a_withdrawal_under_a_used_id_is_told_that_it_was_not_done(shared_network: Network) -> None:
    net = shared_network
    partner = (await join(net, [ORG]))[ORG]
    (plan,) = planned(1, net.clock.now(), start=700, prefix="U")
    url, head = (
        f"{net.where.services['intake']}/referrals/{plan.reference}",
        {"authorization": f"Bearer {partner.api_key}"},
    )

    async def reasons() -> list[str]:
        found = await net.http.get(url, headers=head)
        updates = found.json().get("updates", ())
        return [step.get("reason", "") for step in updates if step["type"].endswith(".rejected.v1")]

    async def known() -> bool:
        return (await net.http.get(url, headers=head)).status_code == 200

    async def told_twice() -> bool:
        return await reasons() == ["id_reused"] * 2

    once = envelope(ORG, "once", PUBLISHED)
    await partner.send(json.dumps(partner.body(plan)).encode(), plan.reference, once)
    await until("it is published", known, 30)
    taken_back = json.dumps({"reference": plan.reference, "reason": "duplicate"}).encode()
    for _ in range(2):
        await partner.send(taken_back, plan.reference, envelope(ORG, "once", WITHDRAWN))
    await until("each record is rejected", told_twice, 30)
    state = (await net.http.get(url, headers=head)).json()
    assert state["state"] != "cancelled"
    assert {step["about"] for step in state["updates"] if "about" in step} == {f"{ORG}-once"}
