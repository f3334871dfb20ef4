"""A stranger takes the documents that intake serves and sends every example in them: all are taken."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import Partner, join
from tests.delivery.support.topics import updates
from tsunagu.commands import partner as partner_command
from tsunagu.where import find

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
ROOT = Path(__file__).parents[2]
TAKEN = ["accepted", "amended", "cancelled"]


async def served(net: Network, path: str) -> dict[str, Any]:
    answer = await net.http.get(f"{net.where.services['intake']}{path}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    document: dict[str, Any] = answer.json()
    return document


async def examples(net: Network, mode: str) -> list[dict[str, Any]]:
    """Of all that partners write, in the order of the document: published, amended, withdrawn."""
    document = await served(net, "/asyncapi.json")
    keys = document["channels"]["partner-referrals"]["messages"]
    shown = [example for key in keys for example in document["components"]["messages"][key]["examples"]]
    return [example for example in shown if example["name"] == mode]


async def publish(partner: Partner, example: dict[str, Any]) -> None:
    data = example["payload"].get("data", example["payload"])
    headers = [(name, value.encode()) for name, value in example["headers"].items()]
    await partner.send(json.dumps(example["payload"]).encode(), data["reference"], headers)


async def answers(net: Network, org: str, reference: str) -> list[dict[str, Any]]:
    """What the partner reads about it, but for what others than itself have caused."""
    told = (await updates(net, org)).get((org, reference), [])
    return [one for one in told if one.get("about")]


@pytest.mark.parametrize("mode", ["binary", "structured"])
async def test_every_example_over_kafka_is_taken(shared_network: Network, mode: str) -> None:
    net, org = shared_network, f"shown-{mode}"
    await until("ready", net.ready, 60)
    partner = (await join(net, [org]))[org]
    shown = await examples(net, mode)
    assert len(shown) == len(TAKEN)
    for example in shown:
        await publish(partner, example)

    async def all_answered() -> list[dict[str, Any]] | None:
        found = await answers(net, org, "first-1")
        return found if len(found) >= len(shown) else None

    told = await until("all examples answered", all_answered, 30)
    assert [one["state"] for one in told] == ["accepted", "accepted", "cancelled"], told


async def test_every_example_over_http_is_taken(shared_network: Network) -> None:
    net = shared_network
    await until("ready", net.ready, 60)
    partner = (await join(net, ["shown-http"]))["shown-http"]
    document = await served(net, "/openapi.json")
    done = []
    for method, path in (("post", "/referrals"), ("put", "/referrals/{reference}"), ("delete", "/referrals/{reference}"),
                         ("get", "/referrals/{reference}")):  # fmt: skip
        call = document["paths"][path][method]
        body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        url = document["servers"][0]["url"] + path.replace("{reference}", "first-1")
        head = {"Authorization": f"Bearer {partner.api_key}"}
        answer = await net.http.request(method, url, headers=head, json=body)
        assert str(answer.status_code) in call["responses"] and answer.status_code < 300, answer.text
        done.append(answer.json())
    assert done[-1]["state"] == "cancelled"
    assert [step["type"].split(".")[2] for step in done[-1]["updates"] if step.get("about")] == TAKEN


@pytest.mark.parametrize("path", ["/events", "/api"])
async def test_the_pages_are_open_to_everybody(shared_network: Network, path: str) -> None:
    await until("ready", shared_network.ready, 60)
    answer = await shared_network.http.get(f"{shared_network.where.services['intake']}{path}?lang=vi")
    assert answer.status_code == 200 and 'lang="vi"' in answer.text


@pytest.mark.parametrize("service", ["intake", "matching", "notify", "stats"])
async def test_fastapis_own_pages_are_gone(shared_network: Network, service: str) -> None:
    await until("ready", shared_network.ready, 60)
    for path in ("/docs", "/redoc"):
        assert (await shared_network.http.get(f"{shared_network.where.services[service]}{path}")).status_code == 404


async def test_the_python_client_works_on_the_embedded_broker_too(
    shared_network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until("ready", shared_network.ready, 60)
    monkeypatch.setenv("TSUNAGU_HOME", str(shared_network.home))
    assert await partner_command.add(find(), "shown-client", tmp_path / "client.env") == 0
    lines = (tmp_path / "client.env").read_text(encoding="utf-8").splitlines()
    env = {**os.environ, **dict(line.split("=", 1) for line in lines)}
    assert env["KAFKA_USER"] == "" and (tmp_path / "client.env").stat().st_mode & 0o077 == 0
    await ran(env, "publish.py", str(ROOT / "examples" / "referral.json"), "--reference", "client-1")
    said = await ran(env, "updates.py", "--reference", "client-1", "--until", "accepted")
    assert said == "client-1  1  accepted  accepted\n"


async def ran(env: dict[str, str], script: str, *arguments: str) -> str:
    """What one of the example's scripts printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "examples" / "clients" / "python" / script), *arguments,
        env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
