"""What containers are told, against what the code reads."""

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

from pydantic import ValidationError

from shared.connections import SECRETS_DIR
from shared.settings import Settings
from tests.deploy.model import COMMAND_LINE, OURS, ROOT, Model, environment, mounts
from tsunagu.commands import keys
from tsunagu.where import CommandLine

NO_SETTINGS_OF_OURS = {"FASTSTREAM_SUPERVISOR_DISABLED", SECRETS_DIR}
"""FastStream reads it; where settings may stand in files."""


def every_variable_is_read(read: Model) -> Iterator[str]:
    for service in OURS:
        known = {f"TSUNAGU_{name.upper()}" for name in _settings(service).model_fields} | NO_SETTINGS_OF_OURS
        for name in environment(read, service).keys() - known:
            yield f"{service} is told {name}, which is no setting of it (docs/settings.md)"
    for container in ("topics", COMMAND_LINE):
        for name in environment(read, container).keys() - read_by_the_command_line():
            yield f"{container} is told {name}, which the command line does not read"


def every_needed_setting_is_given(read: Model) -> Iterator[str]:
    """By the settings' own classes, so a value that they refuse is found too."""
    for service in OURS:
        with mock.patch.dict(os.environ, environment(read, service), clear=True):
            try:
                _settings(service)()
            except ValidationError as error:
                for one in error.errors():
                    if "cannot be read" in one["msg"]:
                        continue  # a file in the container: every_key_file_is_made_and_mounted sees to it
                    yield f"{service}: TSUNAGU_{str(one['loc'][0]).upper()}: {one['msg']}"


def every_key_file_is_made_and_mounted(read: Model, made: Path) -> Iterator[str]:
    """`made`: an empty folder, in which `tsunagu keys make` is run."""
    keys.make(made)
    for container in (*OURS, COMMAND_LINE):
        for name, value in environment(read, container).items():
            if not value.startswith("/"):
                continue
            mounted = [target for _, target, _ in mounts(read, container) if Path(value).is_relative_to(target)]
            if not mounted:
                yield f"{container}: nothing is mounted where {name} looks, {value}"
            if not (made / Path(value).relative_to("/keys")).is_file():
                yield f"{container}: `tsunagu keys make` makes no {value} ({name})"


def _settings(service: str) -> type[Settings]:
    found: type[Settings] = getattr(import_module(f"services.{service}.settings"), f"{service.title()}Settings")
    return found


def read_by_the_command_line() -> set[str]:
    """Names in the sources of what it consists of; one that ends with _ is followed by a service's."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tsunagu").rglob("*.py"))
    names = set(re.findall(r"TSUNAGU_[A-Z_]+", text))
    names |= {f"TSUNAGU_{field.upper()}" for field in CommandLine.model_fields} | {SECRETS_DIR}
    return {name + service.upper() if name.endswith("_") else name for name in names for service in OURS}
