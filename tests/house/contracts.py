"""Every model that is kept or told: events, what services journal, commands. Found, not listed."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from shared.events.golden import contracts
from tests.house.rooms import SERVICES


def models() -> dict[str, type[Any]]:
    """CloudEvents type → model. Journals lie for ever, commands for a month: what holds for events holds for them."""
    found: dict[str, type[Any]] = {model.type: model for _, model in contracts()}
    for service in SERVICES:
        found |= {model.type: model for model in _own(service)}
    return found


def _own(service: str) -> Iterator[type[Any]]:
    for decider in import_module(f"services.{service}.domain").DECIDERS.values():
        yield from decider.events.values()
    if find_spec(name := f"services.{service}.domain.commands"):  # stats is asked for nothing
        yield from import_module(name).COMMANDS
