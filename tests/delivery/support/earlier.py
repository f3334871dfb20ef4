"""`python -m tests.delivery.support.earlier SERVICE`: a service as it was before its documents had the form of now."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module

from services.intake.settings import IntakeSettings
from services.matching.settings import MatchingSettings
from services.notify.settings import NotifySettings
from services.stats.settings import StatsSettings
from shared import logs, settings
from shared.process import start
from shared.service import Service
from shared.settings import Settings

SETTINGS: Mapping[str, type[Settings]] = {
    "intake": IntakeSettings, "matching": MatchingSettings, "notify": NotifySettings, "stats": StatsSettings,
}  # fmt: skip


def earlier(name: str, read: Settings) -> Service:
    """What it writes is of the form before, and what is of the form of now it has never heard of."""
    service: Service = import_module(f"services.{name}.app").build(read)
    service.deciders = {kind: replace(rules, number=rules.number - 1) for kind, rules in service.deciders.items()}
    return service


if __name__ == "__main__":
    name = sys.argv[1]
    read = settings.read(SETTINGS[name])
    logs.configure(name, read.log_level)
    start(lambda: earlier(name, read))
