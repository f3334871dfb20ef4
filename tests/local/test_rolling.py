"""Keys rolled: the new one is used, the old ones still open, until they are retired."""

import json
import os
from pathlib import Path
from typing import get_args

import pytest

from shared.errors import TsunaguError
from shared.privacy.data_keys import new_data_key
from shared.privacy.wrapping import CannotUnwrap, WrappingKeys
from shared.seal import CannotOpen, open_json, read_keys, seal_json
from tsunagu.commands import keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.make(tmp_path)
    return tmp_path


def test_what_a_partner_sealed_to_an_older_key_opens_until_it_is_retired(folder: Path) -> None:
    public, private = folder / "public/jwks.json", folder / "private/network.json"
    sealed = seal_json({"name": "An"}, read_keys(public))
    keys.roll(folder, "sealing")
    assert open_json(sealed, read_keys(private)) == {"name": "An"}
    anew = seal_json({"name": "An"}, read_keys(public))
    keys.retire(folder, "sealing")
    assert open_json(anew, read_keys(private)) == {"name": "An"}, "partners seal to the newest"
    with pytest.raises(CannotOpen):
        open_json(sealed, read_keys(private))


def test_the_public_set_holds_no_secret(folder: Path) -> None:
    keys.roll(folder, "sealing")
    assert all("d" not in key for key in json.loads((folder / "public/jwks.json").read_text())["keys"])


def test_data_keys_are_wrapped_with_the_newest(folder: Path) -> None:
    file, key = folder / "wrapping/keys.json", new_data_key("case-1")
    before = WrappingKeys.read(file).wrap(key)
    keys.roll(folder, "wrapping")
    rolled = WrappingKeys.read(file)
    assert rolled.unwrap("case-1", before) == key and rolled.wrap(key).kid != before.kid
    keys.retire(folder, "wrapping")
    with pytest.raises(CannotUnwrap):
        WrappingKeys.read(file).unwrap("case-1", before)


def test_secrets_are_readable_by_their_owner_alone(folder: Path) -> None:
    for what in get_args(keys.What):
        keys.roll(folder, what)
    for file in ("private/network.json", "wrapping/keys.json"):
        assert (folder / file).stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else may give files away")
def test_they_stay_whose_they_were(folder: Path) -> None:
    """Of the user that services run as: it could not read root's at their next start."""
    files = [folder / name for name in ("private/network.json", "public/jwks.json", "wrapping/keys.json")]
    for file in files:
        os.chown(file, 1234, 1235)
    for what in get_args(keys.What):
        keys.roll(folder, what)
        keys.retire(folder, what)
    assert {(file.stat().st_uid, file.stat().st_gid) for file in files} == {(1234, 1235)}


def test_a_folder_without_keys_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(TsunaguError, match="keys make"):
        keys.roll(tmp_path, "wrapping")
