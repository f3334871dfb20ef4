"""deploy/prometheus/rules as the resource that Prometheus' operator reads."""

from itertools import chain
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "prometheus/rules"


def rules() -> dict[str, Any]:
    """All groups of all files."""
    read = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yml"))]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "tsunagu"},
        "spec": {"groups": list(chain.from_iterable(one["groups"] for one in read))},
    }
