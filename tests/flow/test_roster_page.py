"""A coordinator uploads a roster with flaws: the page names each in their language, and takes the good rows."""

import pytest

from tests.flow.test_round import visitor
from tests.flow.visitor import Visitor

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]
HEAD = "supporter_id,name,email,languages,municipality,capacity\n"
GOOD = "Z1,Yamada,z1@supporters.example,vi,08220,0\n"
WRONG = "Z2,<b>An</b>,z2@supporters.example,<b>qqq</b>,08220,-1\n"


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "0から100までの"), ("vi", "số nguyên"), ("en", "no whole number")]
)
async def test_flaws_are_named_on_the_page(visitor: Visitor, language: str, said: str) -> None:
    answer = await visitor.net.http.post(
        f"{visitor.url('matching', '/supporters/import')}?lang={language}",
        files={"file": ("roster.csv", HEAD + GOOD + WRONG)}, headers={**visitor.desk, "accept": "text/html"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert said in answer.text and "&lt;b&gt;qqq" in answer.text and "<b>" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("file", [b"", b"a,b\n", b"\xff\xfe\x00"])
async def test_what_is_no_roster_is_told_so(visitor: Visitor, file: bytes) -> None:
    answer = await visitor.net.http.post(
        visitor.url("matching", "/supporters/import"),
        files={"file": ("roster.csv", file)}, headers={**visitor.desk, "accept": "text/html"},
    )  # fmt: skip
    assert answer.status_code == 422
