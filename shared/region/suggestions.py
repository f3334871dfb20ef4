"""A helping hand for error sentences: "did you mean 08201?"."""

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import normalize


def closest(code: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known code that looks most like this one; None where a guess would only mislead. `likeness`: 1 is the same."""
    spellings = {each.casefold(): each for each in known}
    found = get_close_matches(normalize("NFKC", code).strip().casefold(), spellings, n=1, cutoff=likeness)
    return spellings[found[0]] if found else None
