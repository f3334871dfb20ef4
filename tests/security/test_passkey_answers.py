"""What is answered to a passkey that is none: by the real apps, with no browser; and where passkeys are good at all."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.access import Actor, Role
from shared.service import Service
from shared.web.ceremonies import site_of
from shared.web.invitations import invite
from tests.contract.houses import SECRET, browser, built

JSON = {"accept": "application/json", "sec-fetch-site": "same-origin"}


@pytest.fixture
def service(database: str, tmp_path: Path) -> Service:
    return built(database, tmp_path, url_matching="https://matching.example")["matching"]


@pytest.fixture
def visitor(service: Service) -> httpx.AsyncClient:
    return browser(service.app, "matching", **JSON)


async def signed_in(visitor: httpx.AsyncClient, handle: str) -> None:
    form = {"token": invite(SECRET, "matching", Actor(Role.COORDINATOR, handle))}
    assert (await visitor.post("/sign-in", data=form)).status_code == 303


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def said(challenge: str, **changes: Any) -> dict[str, Any]:
    """A well-formed answer to that challenge, by nobody's passkey."""
    told = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": "https://matching.example"}).encode()
    response = {"clientDataJSON": text(told), "authenticatorData": text(b"x" * 37), "signature": text(b"x" * 70)}
    return {"id": text(b"n" * 16), "rawId": text(b"n" * 16), "type": "public-key", "response": response, **changes}


async def test_an_unknown_passkey_and_an_unknown_challenge_are_told_the_same(visitor: httpx.AsyncClient) -> None:
    options = (await visitor.post("/sign-in/passkey/options")).json()
    assert (options["rpId"], options["userVerification"]) == ("matching.example", "required")
    assert not options["allowCredentials"], "nobody is told which passkeys there are"
    answers = [await visitor.post("/sign-in/passkey", json=said(one)) for one in (options["challenge"], text(b"never"))]
    assert {answer.status_code for answer in answers} == {400} and answers[0].text == answers[1].text
    assert answers[0].json()["type"] == "urn:tsunagu:problem:passkey_refused"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"response": 7}', b'{"response": {"clientDataJSON": "!!"}}', b"[" * 60_000,
     json.dumps(said("x", rawId=7)).encode()],
)  # fmt: skip
async def test_what_is_no_passkey_is_a_bad_request(visitor: httpx.AsyncClient, body: bytes) -> None:
    answer = await visitor.post("/sign-in/passkey", content=body)
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"


async def test_after_ten_refused_passkeys_in_a_minute_an_address_waits(visitor: httpx.AsyncClient) -> None:
    for _ in range(10):
        assert (await visitor.post("/sign-in/passkey", json=said("guess"))).status_code == 400
    for path in ("/sign-in/passkey", "/sign-in/passkey/options"):
        answer = await visitor.post(path, json={})
        assert answer.status_code == 429 and "retry-after" in answer.headers


async def test_a_challenge_is_for_who_asked_for_it(service: Service, visitor: httpx.AsyncClient) -> None:
    await signed_in(visitor, "mika")
    options = (await visitor.post("/passkeys/options")).json()
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["user"]["name"] == "mika (coordinator, matching)"
    other = browser(service.app, "matching", **JSON)
    await signed_in(other, "rei")
    for at, path in ((other, "/passkeys"), (visitor, "/sign-in/passkey")):
        answer = await at.post(path, json=said(options["challenge"]))
        assert answer.json()["type"] == "urn:tsunagu:problem:passkey_refused"
    assert await service.parts.store.collection("challenges").count_documents({"for": "coordinator:mika"}) == 1


async def test_another_site_can_neither_ask_nor_add_nor_enter(visitor: httpx.AsyncClient) -> None:
    await signed_in(visitor, "mika")
    for path in ("/passkeys/options", "/passkeys", "/passkeys/x/remove", "/sign-in/passkey"):
        answer = await visitor.post(path, json={}, headers={"sec-fetch-site": "cross-site"})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tsunagu:problem:cross_site")


async def test_only_these_pages_run_a_script_and_only_ours(visitor: httpx.AsyncClient) -> None:
    await signed_in(visitor, "mika")
    for path in ("/sign-in", "/passkeys"):
        policy = (await visitor.get(path, headers={"accept": "text/html"})).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    policy = (await visitor.get("/supporters/import", headers={"accept": "text/html"})).headers[
        "content-security-policy"
    ]
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("own", "host", "origin"),
    [
        ("https://matching.example", "matching.example", "https://matching.example"),
        ("https://tsunagu.example:8443/", "tsunagu.example", "https://tsunagu.example:8443"),
        ("http://127.0.0.1:8102", "localhost", "http://localhost:8102"),
    ],
)
def test_passkeys_are_good_at_a_name(own: str, host: str, origin: str) -> None:
    site = site_of(own)
    assert site and (site.host, site.origin) == (host, origin)


@pytest.mark.parametrize("own", ["http://matching.example", "https://10.0.0.7", "https://[2001:db8::1]:8102"])
def test_and_not_over_plain_http_nor_at_a_bare_address(own: str) -> None:
    assert site_of(own) is None
