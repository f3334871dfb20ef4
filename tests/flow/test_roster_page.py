"""A coordinator uploads a roster with flaws: the page names each in their language, and takes the good rows.
And lets somebody rest.
"""

import pytest

from tests.flow.test_round import visitor
from tests.flow.visitor import Visitor

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]
ONE = "supporter-S001"
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


async def test_a_supporter_rests_and_is_asked_again_as_a_coordinator_says(visitor: Visitor) -> None:
    async def save(supporter: str, days: object) -> int:
        url, said = visitor.url("matching", "/supporters/pause"), {"supporter": supporter, "days": days}
        return (await visitor.net.http.post(url, data=said, headers=visitor.desk)).status_code

    async def until() -> str:
        page = (await visitor.net.http.get(visitor.url("matching", "/supporters?lang=en"), headers=visitor.desk)).text
        row = page.partition(f">{ONE}</th>")[2]
        return row.partition('data-label="Pausing until">')[2].partition("</td>")[0]

    assert await until() == "–"
    assert await save(ONE, 14) == 303
    assert await until() not in ("", "–")
    assert await save(ONE, 0) == 303
    assert await until() == "–"
    assert await save("supporter-none", 14) == 404
    assert [await save(ONE, days) for days in (-1, 367, "x")] == [422] * 3
