"""What becomes of an input: applied once and in order, told, answered."""

import asyncio

from shared.access import Actor, Role, only
from shared.kernel.commands import Commands
from shared.kernel.journal import DECIDED
from tests.unit.kernel.bench import KEY, SERVICE, Bench, heads_of
from tests.unit.kernel.counter import SUMS, TOTALS, AddNow, Ignored, chain_of


async def test_an_event_is_applied_journalled_and_told(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1), bench.event(7, 2))
    document = await bench.document()
    assert (document.version, document.state["total"]) == (2, 12)
    assert document.state["chain"] == chain_of(5, 7)
    assert [entry.events[0]["data"] for entry in await bench.store.journal(KEY)] == [
        {"number": 5},
        {"number": 7},
    ]
    assert bench.totals() == [(f"{KEY}:1:1", 1), (f"{KEY}:2:1", 2)]
    assert [heads_of(m)["type"] for m in bench.journalled()] == [DECIDED, DECIDED]
    assert [heads_of(m)["sequence"] for m in bench.journalled()] == ["1", "2"]
    assert heads_of(bench.bus.topics[TOTALS][0])["source"] == f"/tsunagu/adder/{KEY}"


async def test_a_duplicate_is_dropped(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1))
    await bench.deliver(kernel, bench.event(5, 1), bench.event(7, 2), bench.event(7, 2))
    assert (await bench.state())["chain"] == chain_of(5, 7)
    assert bench.tally.counts["duplicates"] == 2


async def test_what_is_ahead_of_a_hole_is_not_applied_until_it_is_filled(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(1, 1), bench.event(3, 3))
    assert (await bench.state())["chain"] == chain_of(1)
    assert bench.tally.counts["holes"] == 1
    await bench.deliver(kernel, bench.event(2, 2), bench.event(3, 3))  # its sender sends all again, in order
    assert (await bench.state())["chain"] == chain_of(1, 2, 3)


async def test_each_source_and_topic_counts_for_itself(bench: Bench) -> None:
    records = [bench.event(1, 1, source="a"), bench.event(2, 1, source="b"), bench.event(3, 2, source="a")]
    await bench.deliver(bench.kernel(), *records)
    assert (await bench.state())["chain"] == chain_of(1, 2, 3)
    assert (await bench.document()).streams.lately.seen == {f"a|{SUMS}": 2, f"b|{SUMS}": 1}


async def test_an_event_that_nothing_follows_from_leaves_no_hole(bench: Bench) -> None:
    ignored = bench.raw(SUMS, KEY, Ignored(), ce_sequence="1", ce_source="a")
    await bench.deliver(bench.kernel(), ignored, bench.event(2, 2))
    assert (await bench.state())["chain"] == chain_of(2)


async def test_a_command_is_answered_once_and_its_repeat_the_same(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.command(AddNow(number=5), "once"))
    bench.clock.forward(minutes=1)
    await bench.deliver(kernel, bench.command(AddNow(number=5), "once"))
    assert (await bench.state())["total"] == 5
    assert [id for id, _ in bench.answers] == ["once", "once"]
    assert bench.answers[0][1] == bench.answers[1][1] == await bench.stored("once")


async def test_an_id_used_for_something_else_is_refused(bench: Bench) -> None:
    kernel, told = bench.kernel(), []
    kernel.on_reused = lambda one: told.append(one.origin) or []
    first, other = (
        bench.command(AddNow(number=5), "once"),
        bench.command(AddNow(number=6), "once", origin="p-0-1"),
    )
    await bench.deliver(kernel, first, other)
    assert (await bench.state())["total"] == 5
    answer = await bench.stored("once")
    assert answer and answer.refused is None
    assert answer.to("another hash").refused == "id_reused"
    assert [(dead["reason"], dead["code"]) for dead in bench.dead()] == [("refused", "id_reused")] and told == ["p-0-1"]


async def test_two_documents_asked_at_once_under_one_id_hear_each_its_own_answer(bench: Bench) -> None:
    table = {AddNow.type: only(Role.PARTNER)}
    commands, actor = Commands(SERVICE, bench.bus, bench.store, bench.clock, table), Actor(Role.PARTNER, "a")
    numbers, kernel = {"counter-1": 5, "counter-2": 6}, bench.kernel()
    kernel.on_answer = commands.answered
    asked = [
        asyncio.create_task(commands.ask(key, AddNow(number=number), "once", actor, adapter="http"))
        for key, number in numbers.items()
    ]
    await asyncio.sleep(0.01)
    await bench.deliver(kernel, *(bench.command(AddNow(number=n), "once", key=key) for key, n in numbers.items()))
    assert [answer and answer.refused for answer in await asyncio.gather(*asked)] == [None, None]


async def test_a_partners_command_that_is_refused_is_a_dead_letter_each_time(bench: Bench) -> None:
    kernel = bench.kernel()
    for _ in range(2):
        await bench.deliver(kernel, bench.command(AddNow(number=13), "unlucky", origin="partner.a.sums-0-7"))
    assert [(dead["reason"], dead["code"]) for dead in bench.dead()] == [("refused", "unlucky")] * 2
    assert (await bench.document()).version == 1
    assert bench.answers[0][1].refused == "unlucky"


async def test_a_refusal_that_came_over_http_is_an_answer_and_no_dead_letter(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=13), "unlucky"))
    assert bench.dead() == []
    answer = await bench.stored("unlucky")
    assert answer and (answer.refused, answer.message) == ("unlucky", "choose another number")


async def test_one_batch_serves_many_keys(bench: Bench) -> None:
    records = [bench.event(n, 1, key=f"counter-{n}") for n in range(1, 30)]
    await bench.deliver(bench.kernel(), *records)
    totals = {key: document.state["total"] for key, document in
              (await bench.store.load([f"counter-{n}" for n in range(1, 30)])).items()}  # fmt: skip
    assert totals == {f"counter-{n}": n for n in range(1, 30)}
