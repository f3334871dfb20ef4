"""Connections to a real database with certificates and passwords: those that work, and what each of the others is told."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shared.connections import Connections
from shared.errors import TsunaguError
from shared.kernel.document import Document
from shared.refusals import reason
from shared.settings import made
from shared.store import DatabaseError, MongoStore, connect
from tests.delivery.support.network import until
from tests.security.authority import Authority, authority
from tests.security.databases import PASSWORD, USER, Served, served
from tests.security.one_service import NOWHERE, WITHIN
from tsunagu.behind import behind
from tsunagu.verify.memories import read_memories
from tsunagu.where import find

pytestmark = pytest.mark.timeout(300)
Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture
def pki(tmp_path: Path) -> Authority:
    return authority(tmp_path / "pki")


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    return partial(served, tmp_path / "home")


def settings(at: Served, **more: Any) -> Connections:
    return made(Connections, kafka=NOWHERE, mongo=at.url, **{f"mongo_{name}": value for name, value in more.items()})


async def works(way: Connections) -> None:
    """A document is written and read back."""
    store = MongoStore(connect(way.database()), "tsunagu_ways")

    async def asked() -> bool:
        try:
            await store.ping()
        except DatabaseError:
            return False
        return True

    await until("it answers", asked, WITHIN)
    await store.prepare()
    await store.write([("", Document("a", rev="1"))])
    assert (await store.load(["a"]))["a"].rev == "1"


async def told(way: Connections) -> str:
    """What readiness would say once it has tried to write, and has not waited as long as the driver does."""
    store = MongoStore(connect(way.database()), "tsunagu_ways")
    try:
        await asyncio.wait_for(store.prepare(), 8)
    except (DatabaseError, TimeoutError) as error:
        return await reason("database", error, way)
    raise AssertionError("it was let in")


async def test_encrypted_with_a_certificate_and_a_password(pki: Authority, serve: Serve) -> None:
    own = pki.client()
    with serve(shows=pki.server(), asks_for=pki.ca, auth=True) as at:
        good: dict[str, Any] = {"tls": True, "ca": pki.ca, "cert": own.both, "user": USER, "password": PASSWORD}
        await works(settings(at, **good))
        cases: list[tuple[dict[str, Any], tuple[str, ...]]] = [
            ({"password": "wrong"}, ("refuses the user tsunagu", "TSUNAGU_MONGO_PASSWORD")),
            ({"user": "", "password": ""}, ("answers nobody without a user", "TSUNAGU_MONGO_USER")),
            ({"cert": None}, ("refuses our certificate", "TSUNAGU_MONGO_CERT")),
            (
                {"cert": authority(pki.folder / "other").client().both},
                ("refuses our certificate", "TSUNAGU_MONGO_CERT"),
            ),
            ({"ca": authority(pki.folder / "other").ca}, ("nobody has signed whom we trust", "TSUNAGU_MONGO_CA")),
            ({"tls": False, "ca": None, "cert": None}, ("TSUNAGU_MONGO_TLS=true",)),
        ]
        answers = await asyncio.gather(*(told(settings(at, **{**good, **change})) for change, _ in cases))
        for (change, words), said in zip(cases, answers, strict=True):
            assert all(word in said for word in words), (change, said)
            assert PASSWORD not in said and "\n" not in said


async def test_a_password_in_the_url(serve: Serve) -> None:
    with serve(auth=True) as at:
        await works(settings(at, user=USER, password=PASSWORD))
        with_user = at.url.replace("://", "://tsunagu:wrong@")
        said = await told(made(Connections, kafka=NOWHERE, mongo=with_user))
        assert said.startswith("the database refuses the user tsunagu") and "wrong" not in said


@pytest.mark.parametrize(("kind", "word"), [("expired", "expired"), ("misnamed", "another name")])
async def test_a_certificate_that_is_no_good(pki: Authority, serve: Serve, kind: str, word: str) -> None:
    with serve(shows=getattr(pki, kind)()) as at:
        assert word in await told(settings(at, tls=True, ca=pki.ca))


async def test_one_that_is_away_refuses_nobody() -> None:
    way = made(Connections, kafka=NOWHERE, mongo=f"mongodb://{NOWHERE}/", mongo_user="u", mongo_password="p")
    assert await reason("database", TimeoutError(), way) == "database"
    assert "p@" not in repr(way)


async def test_tsunagu_status_says_so_too(
    pki: Authority, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not that nobody answers, which is told of those that are away."""
    with serve(shows=pki.server(), auth=True) as at:
        said = {"KAFKA": NOWHERE, "MONGO": at.url, "MONGO_TLS": "true", "MONGO_CA": str(pki.ca), "HOME": str(tmp_path)}
        for name, value in {**said, "MONGO_USER": USER, "MONGO_PASSWORD": "wrong"}.items():
            monkeypatch.setenv(f"TSUNAGU_{name}", value)
        where = find()
        broker, database = behind(where.kafka, where.mongo, None)

        async def refused() -> bool:
            return "refuses the user tsunagu" in await database.state()

        await until("status says why", refused, WITHIN)
        assert await broker.state() == "no answer"


async def test_an_option_that_no_client_has_verify_refuses_too() -> None:
    with pytest.raises(TsunaguError, match="an option that no MongoDB client has"):
        await read_memories(f"mongodb://{NOWHERE}/?tsl=true", ("intake",))
