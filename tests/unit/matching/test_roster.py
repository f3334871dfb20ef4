"""A roster file as people really make them: what can be taken is taken, of the rest each row says what to change."""

import pytest

from services.matching.domain.commands import Enrol
from services.matching.inlets.roster import Roster, RosterInlet
from shared.access import Actor, Role
from shared.i18n import LANGUAGES, translator
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


def said(roster: Roster) -> list[tuple[int, str, str]]:
    return [(error.row, error.field, str(error.message)) for error in roster.errors]


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
    assert [(error.field, str(error.message)) for error in roster.errors] == [(*changed, message)]


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
    assert said(roster) == [(4, "supporter_id", "is that of row 2, too: keep one of them")]


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
    assert said(roster) == [(1, "file", "this is neither UTF-8 nor Shift_JIS: save it as one of them")]


@pytest.mark.parametrize("mark", [";", "\t"])
async def test_columns_that_are_separated_otherwise_are_told_so(mark: str) -> None:
    roster = await read_bytes(f"{COLUMNS}\n{row()}".replace(",", mark).encode())
    assert said(roster) == [(1, "file", "the columns are not separated by commas: save it as CSV")]


async def test_a_quotation_mark_that_is_never_closed_is_looked_for_where_it_stands() -> None:
    roster = await read(row(), row(name='"An'), *[row(name="n" * 200)] * 1000)
    assert not roster.messages
    assert said(roster) == [(3, "file", "a cell in this row has no end: is a quotation mark missing?")]


@pytest.mark.parametrize("first", [COLUMNS.replace(",", " , "), COLUMNS.upper(), f"{COLUMNS},notes,licence_number,"])
async def test_columns_are_known_however_they_are_written_and_others_may_stand_beside(first: str) -> None:
    assert (await read_bytes(f"{first}\n{row()}".encode())).messages


@pytest.mark.parametrize(
    ("first", "field", "message"),
    [
        (COLUMNS.replace("licences", "licenses"), "licenses", "no such column is known: did you mean licences?"),
        (COLUMNS + ",category", "category", "no such column is known: did you mean categories?"),
        (COLUMNS + ",capacity", "capacity", "this column stands there twice: keep one of them"),
    ],
)
async def test_a_column_that_would_be_left_out_in_silence_is_named(first: str, field: str, message: str) -> None:
    roster = await read_bytes(f"{first}\n{row()}".encode())
    assert not roster.messages
    assert said(roster) == [(1, field, message)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "n" * 20_000}, "is too long: at most 200 signs"),
        ({"capacity": "101"}, "'101' is no whole number from 0 to 100"),
        ({"max_distance_km": "201"}, "'201' is no whole number from 0 to 200"),
    ],
)
async def test_what_is_too_much_is_named_where_it_stands(changed: dict[str, str], message: str) -> None:
    assert said(await read(row(**changed))) == [(2, *changed, message)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_flaw_can_be_said_in_every_language(language: str) -> None:
    """A text is filled as the page does it; all of them: that none is left to translate, the catalogues' test tells."""
    rows = [row(supporter_id="", capacity="x", email="@", name="n" * 201), row(licences="lawer"), row(municipality="9")]
    texts = translator(language)
    for error in (await read(*rows)).errors:
        filled = texts.gettext(error.message.text) % dict(error.message.values)
        assert "%(" not in filled
        assert (filled == str(error.message)) == (language == "en")
