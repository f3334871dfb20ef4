"""`stack.json`: what the supervisor writes down about the running stack for others to read."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.local.addresses import Addresses
from deploy.local.files import write_whole
from deploy.local.home import Home
from deploy.local.lock import holder


class PartInfo(BaseModel):
    """`pid` is None while the part is not running; `address` is for people to read."""

    model_config = ConfigDict(frozen=True)

    pid: int | None
    address: str
    log: Path


class StackInfo(BaseModel):
    """`pid`: the supervisor's; `ready`: every part came up; `env`: by service, without secrets."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started_at: datetime
    ready: bool
    addresses: Addresses
    ports: Mapping[str, int]
    parts: Mapping[str, PartInfo]
    env: Mapping[str, Mapping[str, str]]


def read_stack(home: Path) -> StackInfo | None:
    """The stack whose supervisor now runs in the state folder `home`, or None when none does."""
    info = read_stack_file(home)
    return info if info and info.pid == holder(Home(home).lock_file) else None


def read_stack_file(home: Path) -> StackInfo | None:
    """What `stack.json` says, whether or not that supervisor is still alive; None without a valid one."""
    try:
        return StackInfo.model_validate_json(Home(home).stack_file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_stack(home: Home, info: StackInfo) -> None:
    """Replace `stack.json`; only its owner may read it, for what extra variables may contain."""
    write_whole(home.stack_file, info.model_dump_json(indent=2) + "\n", mode=0o600)
