"""Quix Streams with state, exactly once. Run by the Python that has it, so it imports nothing of ours.

Its state lies in RocksDB, with a changelog topic. All that is not set here is its default, but for one: it commits
every second, not every five, for nobody would wait five seconds for an answer.
"""

import json
import sys
from typing import Any

from quixstreams import Application, State

COMMITS_EVERY = 1.0


def count(step: dict[str, Any], state: State) -> dict[str, Any]:
    account = state.get("account", {"count": 0, "total": 0})
    account = {"kind": step["kind"], "count": account["count"] + 1, "total": account["total"] + step["amount"]}
    state.set("account", account)
    return {"case": step["case"], **account}


def work(given: dict[str, Any]) -> None:
    app = Application(
        broker_address=given["servers"], consumer_group=given["group"], state_dir=given["folder"],
        auto_offset_reset="earliest", processing_guarantee="exactly-once", commit_interval=COMMITS_EVERY,
        loglevel="WARNING",
    )  # fmt: skip
    steps = app.topic(given["steps"], key_deserializer="str", value_deserializer="json")
    totals = app.topic(given["totals"], key_serializer="str", value_serializer="json")
    app.dataframe(steps).apply(count, stateful=True).to_topic(totals)
    app.run()


if __name__ == "__main__":
    work(json.loads(sys.argv[1]))
