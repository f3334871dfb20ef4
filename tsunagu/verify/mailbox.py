"""The mailbox of the embedded stack: which of notify's mails have come. Neither text nor addresses are looked at."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from deploy.local.addresses import Addresses
from deploy.local.mail.letter import read_headers

HEAD_BYTES = 8192


@dataclass(frozen=True)
class Mailbox:
    """`ids`: Message-ID → how often it came. `before`: those that had come before all else was read."""

    ids: Counter[str]
    before: frozenset[str]


def folder_of(stack: Addresses) -> Path:
    """Where that stack keeps its mails."""
    return stack.keys.parent / "mail"


def names(folder: Path | None) -> frozenset[str]:
    """The mails that lie there now."""
    return frozenset(path.name for path in folder.glob("*.eml")) if folder else frozenset()


def read(folder: Path, before: frozenset[str]) -> Mailbox:
    """`before`: names of those that lay there earlier."""
    found = {path.name: _message_id(path) for path in sorted(folder.glob("*.eml"))}
    ids = Counter(id_ for id_ in found.values() if id_)
    return Mailbox(ids, frozenset(id_ for name, id_ in found.items() if id_ and name in before))


def _message_id(path: Path) -> str:
    """Empty for what is not notify's to tell: links to sign in, invitations."""
    with path.open("rb") as file:
        raw = file.read(HEAD_BYTES).split(b"\n", 2)[2]  # after the two lines of the envelope
    head = read_headers(raw)
    return head.header("Message-ID").strip("<>") if head.header("X-Tsunagu-Case") else ""
