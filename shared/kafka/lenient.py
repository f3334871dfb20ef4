"""Header names that are not UTF-8 must not end a reader.

aiokafka decodes names inside its fetch, strictly: one record of one partner with a bad name, and every fetch of the
partition raises where no handler can catch it. Here such a batch is parsed again with the bad bytes replaced; the
name then no longer is what anybody knows, and the record becomes a dead letter like any other.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class Records(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka is untyped here
    def next_batch(self, *args: Any, **kwargs: Any) -> Any:
        raw = self._next_slice
        batch = super().next_batch(*args, **kwargs)
        return Batch(raw, batch) if isinstance(batch, DefaultRecordBatch) else batch


class Batch:
    """The fast parser's batch; iterated, it falls back on the lenient one."""

    def __init__(self, raw: Any, batch: Any) -> None:
        self._raw, self._batch = raw, batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(list(_lenient(self._raw)))


def _lenient(raw: Any) -> Any:
    batch = _DefaultRecordBatchPy(bytearray(raw))
    batch._maybe_uncompress()
    batch._buffer = Replacing(batch._buffer)
    return batch


class Replacing(bytearray):
    """Its slices decode with replacement."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Replacing(found) if isinstance(index, slice) else found

    def decode(self, *_: Any, **__: Any) -> str:
        return bytes(self).decode("utf-8", errors="replace")


def install() -> None:
    """For all consumers of this process."""
    fetcher.MemoryRecords = Records
