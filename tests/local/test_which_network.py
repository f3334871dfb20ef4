"""A command speaks of one network: where one runs in this folder and the environment names another, it asks which."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.info import StackInfo, write_stack
from deploy.local.keys import make_keys
from deploy.local.lock import Lock
from shared.errors import TsunaguError
from tsunagu.where import find

HERE = "127.0.0.1:9092"


@pytest.mark.parametrize(("said", "meant"), [(HERE, True), ("", True), ("kafka.example.org:9092", False)])
def test_of_two_networks_none_is_taken_for_the_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, meant: bool
) -> None:
    home, lock = Home(tmp_path), Lock(Home(tmp_path).lock_file)
    home.make()
    assert lock.take()
    runs = Addresses(
        kafka=HERE,
        mongo="mongodb://127.0.0.1:1",
        smtp=HERE,
        inbox="",
        services={},
        keys=make_keys(tmp_path / "k").folder,
    )
    now = datetime.now(UTC)
    write_stack(
        home, StackInfo(pid=os.getpid(), started_at=now, ready=True, addresses=runs, ports={}, parts={}, env={})
    )
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    monkeypatch.setenv("TSUNAGU_KAFKA", said)
    try:
        if meant:
            assert find().kafka.servers == HERE
        else:
            with pytest.raises(TsunaguError, match=rf"broker at {HERE}, and TSUNAGU_KAFKA says {said}: unset it"):
                find()
    finally:
        lock.release()
