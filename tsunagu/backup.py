"""One service's database as one file: gzip, a line of extended JSON for each row, a first line that says whose it is, and a
last one that says how many there are of each kind: what was cut off in between would else pass for a smaller database.

What the database and Kafka agree on is not in it: whoever loads a backup reads everything again that Kafka has.
"""

import gzip
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from shared.errors import TsunaguError
from shared.recovery.marker import MARKER
from shared.store import MongoStore, from_line, insert_absent, to_line

FORMAT, UNCOUNTED = "tsunagu-backup-2", "tsunagu-backup-1"
"""The second has no last line: it is of an earlier version, and read all the same."""
AT_ONCE = 500
META, LAST, END = "meta", "journal", "end"
NOT_KEPT = ("flushes", "sessions")
"""Sessions: whoever signed out since must not be signed in again."""
COLLECTION = re.compile(r"[a-z][a-z0-9-]{0,60}")
"""How ours are named: another name the database may refuse, when the old rows are gone already."""
Counts = dict[str, int]


@dataclass(frozen=True)
class Head:
    """The first line. `at`: when it was begun. `broker`: the cluster that its network was on; empty where nobody knew."""

    service: str
    at: str
    format: str = FORMAT
    broker: str = ""

    @property
    def counted(self) -> bool:
        """Can it be told whether its rows are all there?"""
        return self.format != UNCOUNTED


async def write(store: MongoStore, service: str, file: Path) -> Counts:
    """Into a new file that only its owner may read; the service may run meanwhile. Returns rows by collection.

    The journal last: what a document has decided when it is read, is then there or in the document's outbox.
    """
    counts: Counts = {}
    marker = await store.collection(META).find_one({"_id": MARKER}) or {}
    head = Head(service, datetime.now(UTC).isoformat(timespec="seconds"), broker=marker.get("cluster", ""))
    with _new(file) as out:
        out.write(json.dumps(vars(head)) + "\n")
        names = set(await contents(store)) - set(NOT_KEPT)
        for name in sorted(names, key=lambda name: (name == LAST, name)):
            async for row in store.collection(name).find({}):
                out.write(to_line({"in": name, "row": row}) + "\n")
                counts[name] = counts.get(name, 0) + 1
        out.write(json.dumps({END: counts}) + "\n")
    return counts


def check(file: Path, service: str) -> Head:
    """Reads all of it. Raises TsunaguError where it is none of this service's, not whole, or empty."""
    with _opened(file) as lines:
        head = _head(file, next(lines, ""))
        if head.service != service:
            raise TsunaguError(f"{file} is a backup of {head.service}, not of {service}")
        if not sum(1 for _ in _rows(lines, head)):
            raise TsunaguError(
                f"{file} holds no rows: the database of {service} was empty when this backup was made. "
                f"`tsunagu restore {service}`, without --from, reads it back from its journal alone"
            )
    return head


async def load(store: MongoStore, file: Path) -> Counts:
    """A checked one, into an empty database. Returns rows by collection."""
    counts: Counts = {}
    with _opened(file) as lines:
        head = _head(file, next(lines))
        for name, rows in groupby(_rows(lines, head), key=itemgetter(0)):
            while batch := [row for _, row in islice(rows, AT_ONCE)]:
                await insert_absent(store.collection(name), batch)
                counts[name] = counts.get(name, 0) + len(batch)
    return counts


async def contents(store: MongoStore) -> list[str]:
    """Collections, but for what the network knows of the database itself."""
    return [name for name in await store.names() if name != META]


async def empty(store: MongoStore) -> None:
    """Indexes stay."""
    for name in await contents(store):
        await store.collection(name).delete_many({})


async def is_empty(store: MongoStore) -> bool:
    return not [name for name in await contents(store) if await store.collection(name).find_one({}, {"_id": 1})]


@contextmanager
def _new(file: Path) -> Iterator[TextIO]:
    """Whole or not at all."""
    if file.exists():
        raise TsunaguError(f"{file} exists: name a new file")
    part = file.with_name(f".{file.name}.part")
    try:
        private = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(private, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as out:
            yield out
        part.rename(file)
    except OSError as error:
        raise TsunaguError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[str]]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield iter(lines)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise TsunaguError(f"{file} is no whole backup: {error}") from error


def _rows(lines: Iterable[str], head: Head) -> Iterator[tuple[str, dict[str, Any]]]:
    """(collection, row). Raises TsunaguError where a line is none, or where some are missing."""
    counted: Counts = {}
    said: Counts | None = None if head.counted else counted
    for number, line in enumerate(lines, 2):
        try:
            one = from_line(line)
            if said is None and END in one:
                said = one[END]
                continue
            name, row = one["in"], one["row"]
            if not (isinstance(name, str) and isinstance(row, dict)):
                raise TypeError("it must name a collection, and hold a row of it")
            if name == META or not COLLECTION.fullmatch(name):
                raise ValueError("no service keeps a collection of that name in a backup")
        except (ValueError, KeyError, TypeError) as error:
            raise TsunaguError(f"line {number} of the backup is no row: {error}") from error
        counted[name] = counted.get(name, 0) + 1
        yield name, row
    if said != counted:
        raise TsunaguError(
            f"the backup is not whole: it holds {counted}, and {said or 'nothing at its end'} is to be in it"
        )


def _head(file: Path, line: str) -> Head:
    try:
        head = Head(**json.loads(line))
    except (ValueError, TypeError):
        head = Head("", "", "")
    if head.format not in (FORMAT, UNCOUNTED):
        raise TsunaguError(f"{file} is no backup that this version can read: its first line must say {FORMAT}")
    return head
