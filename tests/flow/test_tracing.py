"""One trace, from a partner's record to the report, as a collector of traces receives it from all four services."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from deploy.local.parts import SERVICE_COMMANDS
from services.intake.domain.commands import case_key
from shared.tracing.context import root_id, trace_id
from tests.delivery.support.network import SERVICES, Network, network, until
from tests.delivery.support.partner import Partner, envelope, import_roster, join, planned
from tests.delivery.support.topics import header, records
from tests.flow.collector import Collector, collecting
from tests.flow.test_round import referral, visitor
from tests.flow.visitor import COORDINATOR, Visitor
from tsunagu.verify import verify

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]
STRANGE = "0af7651916cd43dd8448eb211c80319c"
TOPICS = ("intake.commands", "cases", "matches", "offers", "notify.commands", "responses", "holds", "hold-answers")


@dataclass(frozen=True)
class Traced:
    net: Network
    collector: Collector
    partner: Partner
    visitor: Visitor


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def traced(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    with collecting() as collector:
        told = (
            "env",
            "TSUNAGU_TRACES=1",
            f"OTEL_EXPORTER_OTLP_ENDPOINT={collector.url}",
            "OTEL_BSP_SCHEDULE_DELAY=300",
        )
        commands = {name: (*told, *run) for name, run in SERVICE_COMMANDS.items()}
        async with network(tmp_path_factory.mktemp("traced"), commands) as net:
            await import_roster(net)
            await until("ready", net.ready, 60)
            partner = (await join(net, ["traced"]))["traced"]
            desk = await net.signed_in("matching", COORDINATOR)
            yield Traced(net, collector, partner, Visitor(net, partner.api_key, desk))


async def reported(visitor: Visitor, case: str, reference: str) -> None:
    """Somebody takes it, and says how it went."""
    first = (await visitor.links(case, "offer", 1))[0]
    assert (await visitor.form(first, "accept")).status_code == 303
    await visitor.reaches(reference, "in-progress")
    assert (await visitor.form(first, "report", minutes=45, outcome="resolved")).status_code == 303
    await visitor.reaches(reference, "completed")


@pytest.mark.timeout(400)
async def test_one_trace_from_the_partners_record_to_the_report(traced: Traced) -> None:
    net, partner = traced.net, traced.partner
    (plan,) = planned(1, net.clock.now(), start=0, prefix="TR")
    body = partner.body(plan)
    head = [*envelope("traced", plan.reference), ("traceparent", f"00-{STRANGE}-b7ad6b7169203331-01".encode())]
    await partner.send(json.dumps(body).encode(), plan.reference, head)
    case = case_key("traced", plan.reference)
    await reported(traced.visitor, case, plan.reference)
    id = trace_id(case).to_bytes(16)
    services = {f"tsunagu-{name}" for name in SERVICES}

    async def all_told() -> bool:
        mine = [(service, span) for service, span in traced.collector.spans() if span.trace_id == id]
        stats = [span.name for service, span in mine if service == "tsunagu-stats"]
        parents = {span.parent_span_id for _, span in mine if span.parent_span_id}
        one_tree = parents <= {span.span_id for _, span in mine}  # each service sends its spans when it will
        return {service for service, _ in mine} == services and "responses process" in stats and one_tree

    await until("spans of all four services, one tree", all_told, 60)
    mine = [span for _, span in traced.collector.spans() if span.trace_id == id]
    (root,) = [span for span in mine if not span.parent_span_id]
    assert (root.name, root.span_id) == ("referral", root_id(case).to_bytes(8))
    assert [link.trace_id.hex() for link in root.links] == [STRANGE]
    known = {span.span_id for span in mine}
    assert all(span.parent_span_id in known for span in mine if span is not root), "one tree"
    names = {span.name for span in mine}
    assert names >= {f"{topic} publish" for topic in ("cases", "matches", "offers", "responses", "intake.commands")}
    assert names >= {"notify.journal process", "matching decides", "stats decides", "partner.traced.updates publish"}
    for record in await records(net, *TOPICS, "partner.traced.updates"):
        said = header(record, "traceparent")
        assert not said or said.split("-")[1] == id.hex(), record.topic
    told = await records(net, "partner.traced.updates", "cases", "matches")
    assert told and all(header(record, "traceparent") for record in told)
    resident = plan.resident
    for secret in (resident.name, resident.phone, plan.reference, "supporter-"):
        assert not [body for body in traced.collector.came if secret.encode() in body], "nobody is named"


@pytest.mark.timeout(300)
async def test_nothing_is_lost_by_it(traced: Traced) -> None:
    """Over HTTP, too; and what is proved of the network holds with headers that are there besides."""
    answer = await traced.visitor.post("/referrals", referral("traced-http"))
    assert answer.status_code == 202
    await reported(traced.visitor, answer.json()["case"], "traced-http")
    report = await verify(traced.net.kafka, traced.net.where.mongo, within=60)
    assert report.ok, report.problems

    async def told() -> bool:
        id = trace_id(answer.json()["case"]).to_bytes(16)
        return any(span.name == "referral" and span.trace_id == id for _, span in traced.collector.spans())

    await until("its first span", told, 60)


async def test_without_it_headers_are_as_they_were(visitor: Visitor, shared_network: Network) -> None:
    case = (await visitor.post("/referrals", referral("untraced-1"))).json()["case"]
    await visitor.links(case, "offer", 1)
    found = [r for r in await records(shared_network, *TOPICS) if case.encode() in (r.key or b"") + (r.value or b"")]
    names = {name for record in found for name, _ in record.headers}
    assert names <= {
        "content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_sequence", "ce_actor", "ce_origin",
    }  # fmt: skip
