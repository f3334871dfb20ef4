"""`python -m tests.delivery.support.older`: stats as it was before it knew that a case can be assigned."""

from dataclasses import replace

from services.stats.app import NAME, build
from services.stats.settings import StatsSettings
from shared import logs, settings
from shared.events import matches
from shared.process import start
from shared.service import Service

UNKNOWN = matches.Assigned.type


def older(read: StatsSettings) -> Service:
    service = build(read)
    known = service.subscriptions.events
    less = {name: {type: model for type, model in types.items() if type != UNKNOWN} for name, types in known.items()}
    service.subscriptions = replace(service.subscriptions, events=less)
    return service


if __name__ == "__main__":
    read = settings.read(StatsSettings)
    logs.configure(NAME, read.log_level)
    start(lambda: older(read))
