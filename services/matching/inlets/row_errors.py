"""What is wrong with a roster file, in words for the page's catalogues and for machines."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, object] = MappingProxyType({})


class ToChange(NamedTuple):
    """`text`: as the catalogues have it. `values`: what is put into it. As a string: in English."""

    text: str
    values: Mapping[str, object] = NOTHING

    def __str__(self) -> str:
        return self.text % dict(self.values)


class RowError(NamedTuple):
    """`row` as a spreadsheet counts, the header being 1; `message` says what to change."""

    row: int
    field: str
    message: ToChange

    def as_json(self) -> dict[str, object]:
        return {"row": self.row, "field": self.field, "message": str(self.message)}


class Unreadable(Exception):
    """No row of the file can be taken."""

    def __init__(self, *flaws: RowError) -> None:
        super().__init__("; ".join(str(flaw.message) for flaw in flaws))
        self.flaws = flaws
