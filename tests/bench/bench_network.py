"""The four services together: how soon at a light load, how much at once, how many over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from statistics import median

import pytest
import pytest_asyncio

from tests.bench import http
from tests.bench.results import Measured, Results, compared
from tests.bench.stack import Stack, case_of, percentile, stack
from tests.delivery.support.network import until
from tests.delivery.support.partner import join

pytestmark = [pytest.mark.bench, pytest.mark.asyncio(loop_scope="module")]
NEWCOMERS = 5
LIGHT, PAUSE = 120, 0.5
AT_ONCE = 300
REQUESTS, ROUNDS = 300, 3


@pytest.fixture(scope="module")
def unhurried() -> Iterator[None]:
    """A partner may ask ten times a second; here it may ask as often as it can."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TSUNAGU_REQUESTS_A_MINUTE", "1000000")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(unhurried: None) -> AsyncIterator[Stack]:
    async with stack() as made:
        yield made


async def test_from_a_new_partners_first_referral_to_mail(running: Stack, results: Results) -> None:
    """Each joins while the services run and publishes at once: intake has yet to find the topic."""
    took = []
    for number in range(NEWCOMERS):
        org = f"new-{number}"
        newcomer = (await join(running.net, [org]))[org]
        (plan,) = running.referrals(1)
        plan = replace(plan, org=org, category="office", languages=("vi",))  # somebody is sure to be asked
        began = time.time()
        await newcomer.publish(plan)
        took.append(1000 * (await running.first_mail(case_of(plan)) - began))
    spread = f"{min(took):,.0f}–{max(took):,.0f} ms"
    results.add(
        Measured("first referral of a new partner to mail", median(took), "ms", rounds=NEWCOMERS, spread=spread)
    )


async def test_from_referral_to_mail(running: Stack, results: Results) -> None:
    """Two referrals a second of a partner that is known: from its record to the first mail of the case at the mail server."""
    await running.known()
    plans, sent = running.referrals(LIGHT), dict[str, float]()
    bodies = [(case_of(plan), plan, running.partner.body(plan)) for plan in plans]
    for case, plan, _ in bodies:
        sent[case] = time.time()
        await running.partner.publish(plan)
        await asyncio.sleep(PAUSE)
    await running.quiet()
    mailed = running.mailed()
    took = [1000 * (mailed[case] - began) for case, began in sent.items() if case in mailed]
    assert len(took) > 0.8 * LIGHT, f"only {len(took)} of {LIGHT} referrals led to a mail"
    for percent in (50, 99):
        what = f"referral to mail, p{percent} of {len(took)} at {1 / PAUSE:g} a second"
        results.add(Measured(what, percentile(took, percent), "ms"))


async def test_events_through_all_four(running: Stack, results: Results) -> None:
    """Many referrals at once, until nothing is left to do: records by which services told each other, per second."""
    plans = running.referrals(AT_ONCE)
    began = time.time()
    await asyncio.gather(*(running.partner.publish(plan) for plan in plans))
    cases = {case_of(plan) for plan in plans}

    async def begun() -> bool:
        return len(running.mailed().keys() & cases) > 0.5 * AT_ONCE

    await until("half of the cases have a mail", begun, 300, pause=2)
    await running.quiet()
    told = await running.told(began)
    took = max(record.timestamp for record in told) / 1000 - began
    bare = results.bare("kernel, batches of 500")
    each = len(told) / took
    what = f"events through all four services, {AT_ONCE} referrals at once"
    results.add(Measured(what, each, "records/s", bare, bare and each / bare))


async def test_referrals_over_http(running: Stack, results: Results) -> None:
    """Intake's answer says that the referral is stored and published; the bare one, that it would have been valid."""
    ours, bare = [], []
    with http.bare_server() as bare_url:
        for _ in range(ROUNDS):
            bodies = [running.partner.body(plan) for plan in running.referrals(REQUESTS)]
            bare.append(await http.requests_per_second(bare_url, bodies, running.partner.api_key))
            ours.append(await http.requests_per_second(running.net.where.services["intake"], bodies,
                                                       running.partner.api_key))  # fmt: skip
            await running.quiet()
    results.add(compared("referrals over HTTP, 16 at a time", "requests/s", ours, bare))
