"""`python -m deploy.grafana`: write the dashboards anew; what Grafana is given is the JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.grafana import coordinators, operators
from deploy.grafana.panels import dashboard

FOLDER = Path(__file__).parent / "dashboards"


def texts() -> Mapping[str, str]:
    """Name of the file → what is in it."""
    boards = {
        "operators": dashboard("tsunagu-operators", "Tsunagu: operators", operators.ROWS, "now-6h"),
        "coordinators": dashboard("tsunagu-coordinators", "Tsunagu: coordinators", coordinators.ROWS, "now-30d"),
    }
    return {f"{name}.json": json.dumps(board, indent=1) + "\n" for name, board in boards.items()}


def main() -> None:
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
