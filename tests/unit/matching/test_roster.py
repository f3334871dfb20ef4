"""A roster file as people really make them: what can be taken is taken, of the rest each row says what to change."""

import pytest

from services.matching.domain.commands import Enrol
from services.matching.inlets.roster import Roster, RosterInlet
from shared.access import Actor, Role
from shared.kernel.commands import Commands
from shared.kernel.memory import MemoryRows
from shared.privacy.vault import Vault
from shared.shelf import Shelf
from tests.unit.intake.inlet import WRAPPING
from tests.unit.kernel.bench import Bench, heads_of

COLUMNS = "supporter_id,name,email,languages,speaks_to,municipality,capacity,licences,max_distance_km"
AN = {
    "supporter_id": "an", "name": "Lê Văn An", "email": "an@d.example", "languages": "vi", "speaks_to": "vi",
    "municipality": "08220", "capacity": "2", "licences": "", "max_distance_km": "30",
}  # fmt: skip


def row(**changed: str) -> str:
    return ",".join({**AN, **changed}.values())


async def read(*rows: str, people: MemoryRows | None = None) -> Roster:
    return await read_bytes("\n".join([COLUMNS, *rows]).encode(), people)


async def read_bytes(file: bytes, people: MemoryRows | None = None) -> Roster:
    bench = Bench()
    keys = Shelf("matching", "supporter-keys", people or MemoryRows(), bench.bus, bench.clock)
    commands = Commands("matching", bench.bus, bench.store, bench.clock)
    return await RosterInlet(commands, Vault(keys, WRAPPING)).read(file, Actor(Role.COORDINATOR, "mika"))


async def test_a_row_that_is_changed_and_changed_back_is_three_commands() -> None:
    people = MemoryRows()
    said = [(await read(row(capacity=n), people=people)).messages[0] for n in ("1", "2", "1")]
    assert len({heads_of(one)["id"] for one in said}) == 3, (
        "under an id that was used before the last would be a repeat"
    )
    first, second, third = (Enrol.model_validate_json(one.value or b"").content for one in said)
    assert first == third != second, "what is the same is known by its content"


@pytest.mark.parametrize(
    "address",
    ["@", "an@", "@d.example", "an d@d.example", "an@d e", "An <an@d.example>", '"an@d.example, b@d.example"', "an＠d.example",
     '"an@d.example\r\nBcc: b@d.example"', "アン@d.example", '"an@d.example;b@d.example"'],
)  # fmt: skip
async def test_what_no_mail_can_be_sent_to_is_no_address(address: str) -> None:
    roster = await read(row(email=address))
    assert not roster.messages
    assert [(error.row, error.field) for error in roster.errors] == [(2, "email")]


@pytest.mark.parametrize(
    "address", ["a..b.@docomo.ne.jp", "o'hara+tsu@sub.d.example", "root@localhost", "x_1@123.example"]
)
async def test_odd_addresses_that_there_are_are_taken(address: str) -> None:
    assert (await read(row(email=address))).messages


@pytest.mark.parametrize("number", ["²", "9" * 5000, "1.5", "-1", "two"])
async def test_what_is_no_number_is_named(number: str) -> None:
    roster = await read(row(capacity=number))
    assert [error.field for error in roster.errors] == ["capacity"]


async def test_full_width_digits_are_digits() -> None:
    (message,) = (await read(row(capacity="３"))).messages
    assert Enrol.model_validate_json(message.value or b"").profile.capacity == 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"licences": "lawer"}, "'lawer' is not known here: did you mean lawyer?"),
        ({"speaks_to": "japanese"}, "'japanese' is not known here"),
    ],
)
async def test_a_slip_that_would_never_match_anything_is_named(changed: dict[str, str], message: str) -> None:
    roster = await read(row(**changed))
    assert [(error.field, error.message) for error in roster.errors] == [(*changed, message)]


@pytest.mark.parametrize("spoken", ["ja-simple", "VI", "pt-BR", "en"])
async def test_whatever_a_mail_can_be_in_is_taken(spoken: str) -> None:
    assert (await read(row(speaks_to=spoken))).messages


async def test_rows_are_counted_as_a_spreadsheet_does() -> None:
    """Empty ones, too, which say nothing, and which spreadsheets write at the end."""
    roster = await read(row(), "", ",,,,,,,,", row(supporter_id="binh", municipality="99999"), ",,,,,,,,")
    assert len(roster.messages) == 1
    assert [error.row for error in roster.errors] == [5]


async def test_an_id_that_stands_there_twice_is_named() -> None:
    roster = await read(row(capacity="1"), row(supporter_id="binh"), row(capacity="2"))
    assert [message.key for message in roster.messages] == ["supporter-an", "supporter-binh"]
    assert [tuple(error) for error in roster.errors] == [(4, "supporter_id", "is that of row 2, too: keep one of them")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
async def test_what_spreadsheets_write_is_read(end: str, encoding: str) -> None:
    file = end.join([COLUMNS, row(name="山田〜①")]).encode(encoding)
    assert (await read_bytes(file)).messages


@pytest.mark.parametrize(
    "file",
    [f"{COLUMNS}\n{row(name='Müller')}".encode("latin-1"), f"{COLUMNS}\n{row()}".encode("utf-16")],
)
async def test_letters_are_not_guessed_at(file: bytes) -> None:
    roster = await read_bytes(file)
    assert not roster.messages
    assert [tuple(error) for error in roster.errors] == [
        (1, "file", "this is neither UTF-8 nor Shift_JIS: save it as one of them")
    ]
