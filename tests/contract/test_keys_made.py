"""`tsunagu keys make`: what is there is kept, and a key is in no file but its own."""

import json
from pathlib import Path

import pytest

from tsunagu.commands import keys

FILES = {"private/network.json", "public/jwks.json", "wrapping/keys.json"}


def _kids(folder: Path) -> dict[str, list[str]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): [key["kid"] for key in json.loads(path.read_text())["keys"]] for path in files
    }


@pytest.mark.parametrize("what", ["sealing", "wrapping"])
def test_a_key_that_was_retired_is_in_no_file(what: keys.What, tmp_path: Path) -> None:
    keys.make(tmp_path)
    first = _kids(tmp_path)
    assert set(first) == FILES
    keys.roll(tmp_path, what)
    keys.make(tmp_path)  # as each start of the containers does
    keys.retire(tmp_path, what)
    for file, left in _kids(tmp_path).items():
        rolled = file.startswith("wrapping") == (what == "wrapping")
        assert len(left) == 1 and (left != first[file]) == rolled, file


def test_a_public_half_that_is_lost_is_made_of_the_private_ones(tmp_path: Path) -> None:
    keys.make(tmp_path)
    keys.roll(tmp_path, "sealing")
    before = _kids(tmp_path)
    (tmp_path / "public/jwks.json").unlink()
    keys.make(tmp_path)
    assert _kids(tmp_path) == before
