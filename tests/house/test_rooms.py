"""The tree keeps the rules of rooms.py. Each rule is also shown a violation: one that has gone blind fails too."""

from pathlib import Path

import pytest

from tests.house.rooms import (
    OTHER_ROOMS,
    REQUIRED_ROOMS,
    ROOT,
    RULES,
    SERVICES,
    Rule,
    domain_asks_no_clock,
    domain_is_pure,
    gpl_is_not_imported,
    one_module_knows_the_driver,
    service_stands_alone,
    services_have_the_same_rooms,
    shared_knows_nobody,
)

VIOLATIONS: list[tuple[Rule, str, str]] = [
    (service_stands_alone, "services/intake/app.py", "from services.matching import domain"),
    (service_stands_alone, "services/intake/app.py", "from services import matching"),
    (service_stands_alone, "services/intake/app.py", "import services.matching.domain as other"),
    (service_stands_alone, "services/intake/app.py", "from ..matching import domain"),
    (service_stands_alone, "services/intake/app.py", "def late():\n    from tsunagu import cli"),
    (
        service_stands_alone,
        "services/intake/app.py",
        "import importlib\nimportlib.import_module('services.stats')",
    ),
    (shared_knows_nobody, "shared/kernel/runner.py", "import services"),
    (shared_knows_nobody, "shared/web.py", "from deploy.local import stack"),
    (domain_is_pure, "services/intake/domain.py", "import fastapi"),
    (domain_is_pure, "services/intake/domain.py", "from shared.store import Store"),
    (domain_is_pure, "services/intake/domain.py", "from shared import clock"),
    (domain_is_pure, "services/intake/domain.py", "from .queries import cases"),
    (domain_is_pure, "services/intake/domain/cases.py", "from shared.kernel.runner import run"),
    (domain_is_pure, "services/matching/policy.py", "from services.notify.domain import state"),
    (domain_is_pure, "services/matching/scoring.py", "import numpy"),
    (domain_is_pure, "services/matching/roster.py", "from . import app"),
    (domain_is_pure, "services/matching/policy.py", "import random"),
    (domain_is_pure, "services/notify/domain/messages.py", "from time import time"),
    (domain_is_pure, "services/intake/domain.py", "import os"),
    (domain_asks_no_clock, "services/intake/domain.py", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
    (domain_asks_no_clock, "services/notify/domain/offers.py", "from datetime import date\ndate.today()"),
    (one_module_knows_the_driver, "services/stats/queries.py", "from pymongo import ASCENDING"),
    (one_module_knows_the_driver, "shared/kernel/runner.py", "import motor.motor_asyncio"),
    (gpl_is_not_imported, "deploy/local/database.py", "import secantus"),
    (services_have_the_same_rooms, "services/intake/utils.py", ""),
    (services_have_the_same_rooms, "services/intake/app.py", ""),  # the other five rooms are missing
]

GOOD = {
    "services/intake/app.py": ("from services.intake import web\nfrom . import domain\nfrom shared.store import Store"),
    "services/intake/domain.py": (
        "from __future__ import annotations\nfrom datetime import datetime\nfrom shared import ids"
    ),
    "services/matching/domain/__init__.py": "from .cases import decide",
    "services/matching/domain/cases.py": (
        "from services.matching.policy import Policy\nfrom ..scoring import score\n"
        "from shared.events import cases\nfrom shared.kernel.decider import Decider\n"
        "from shared.region.languages import Language"
    ),
    "shared/store/documents.py": "import motor.motor_asyncio",
    "shared/store/mongo.py": "import pymongo",
    "tsunagu/verify/database.py": "import pymongo",
}


def plant(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    problems = rule(ROOT)
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize(("rule", "path", "text"), VIOLATIONS)
def test_a_violation_is_seen(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    plant(tmp_path, path, text)
    problems = rule(tmp_path)
    assert any(str(Path(path).parent) in problem for problem in problems), problems


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule is not services_have_the_same_rooms])
def test_what_is_allowed_passes(rule: Rule, tmp_path: Path) -> None:
    for path, text in GOOD.items():
        plant(tmp_path, path, text)
    assert rule(tmp_path) == []


def test_four_services_with_their_rooms_pass(tmp_path: Path) -> None:
    for service in SERVICES:
        for room in REQUIRED_ROOMS | OTHER_ROOMS - {"templates", "links", "mail", "partners"}:
            plant(tmp_path, f"services/{service}/{room}.py", "")
        plant(tmp_path, f"services/{service}/templates/page.html", "")
        plant(tmp_path, f"services/{service}/__pycache__/app.pyc", "")
    assert services_have_the_same_rooms(tmp_path) == []


def test_every_service_in_the_tree_is_known() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == set(SERVICES), "SERVICES in this file and the folders under services/ must be the same."
