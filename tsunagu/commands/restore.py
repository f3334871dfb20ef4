"""tsunagu restore: a service's database from its journal, or from a backup and the journal."""

from pathlib import Path
from typing import Any

from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import cluster_id
from shared.metrics import Metrics
from shared.recovery.catch_up import NotRefilled, Recovery
from shared.recovery.decisions import Tally
from shared.recovery.lease import lease
from shared.store import MongoStore
from tsunagu import backup
from tsunagu.commands.backup import store_of
from tsunagu.stopped import refuse_running
from tsunagu.verify import wiring
from tsunagu.where import Where


async def run(where: Where, service: str, file: Path | None, *, replace: bool, other_broker: bool = False) -> int:
    """0 when nothing contradicts itself, or the broker is new and knows nothing yet; else every alarm, and 1."""
    store = store_of(where, service)
    recovery = await _recovery(where, service, store)
    async with lease(recovery.meta, "a restore"):
        await refuse_running(where, [service], "its database is restored")
        if file:
            head = backup.check(file, service)
            if not other_broker:
                _must_be_ours(head, file, recovery.cluster)
            if not head.counted:
                print(
                    f"{file} is of an earlier version, which counted no rows: that none was cut off cannot be told from it"
                )
            await _load(store, recovery, head, file, replace=replace)
        try:
            tally = await recovery.catch_up(lambda _: None, whole=True)
        except NotRefilled as error:
            if not (file and other_broker):
                raise
            print(f"{service}: is as the backup has it. Once every backup is loaded: {error}")
            return 0
    _print(service, tally)
    return 1 if tally.alarms else 0


async def _recovery(where: Where, service: str, store: MongoStore) -> Recovery:
    """Without letter keys: what lay aside for stuck documents, the service reads back itself when it starts."""
    cluster = await cluster_id(where.kafka)
    subscriptions: Any = wiring.APPS[service].SUBSCRIPTIONS
    return Recovery(
        service, where.kafka, cluster, wiring.group(service, "kernel", cluster), store, KafkaBus(where.kafka),
        RealClock(), wiring.DECIDERS[service], subscriptions, Metrics(),
    )  # fmt: skip


def _must_be_ours(head: backup.Head, file: Path, cluster: str) -> None:
    """Raises TsunaguError: another network's people would be mixed into this one."""
    if head.broker not in ("", cluster):
        raise TsunaguError(
            f"{file} is of a network on another broker ({head.broker}; here it is {cluster}). Is it this network's, from "
            "before its broker was lost? Then add --other-broker"
        )


async def _load(store: MongoStore, recovery: Recovery, head: backup.Head, file: Path, *, replace: bool) -> None:
    if not await backup.is_empty(store):
        if not replace:
            raise TsunaguError(
                f"the database of {head.service} is not empty: add --replace to throw away what it holds"
            )
        await recovery.marker.renew()
        await backup.empty(store)
    await store.prepare()
    counts = await backup.load(store, file)
    await recovery.marker.renew()
    print(f"loaded the backup of {head.at}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _print(service: str, tally: Tally) -> None:
    for alarm in tally.alarms:
        print(alarm)
    print(
        f"{service}: {tally.read} decisions read, {tally.entries} of them were missing, "
        f"{len(tally.documents)} documents and {tally.rows} rows beside them restored, {len(tally.alarms)} alarms"
    )
