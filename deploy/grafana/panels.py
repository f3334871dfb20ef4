"""A dashboard as Grafana reads it (JSON model, schema 39: Grafana 10.4 and later), of rows of panels of equal width."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

WIDTH = 24
"""Of the whole page, in Grafana's columns."""
DATASOURCE = {"type": "prometheus", "uid": "tsunagu"}
"""As deploy/grafana/provisioning/datasources names it."""
KINDS: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "stat": (4, {"colorMode": "value", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}}),
    "timeseries": (7, {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}),
    "bargauge": (8, {"orientation": "horizontal", "displayMode": "basic", "reduceOptions": {"calcs": ["lastNotNull"]}}),
}
"""Kind of panel → its height, in rows of Grafana's grid, and how it shows what it has."""


class Panel(NamedTuple):
    """`shows`: legend → PromQL. `worry`: red from this value on; `least`: red below it; None: no value is bad by itself.
    `unit`: Grafana's.
    """

    title: str
    shows: Mapping[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    worry: float | None = None
    least: float | None = None
    about: str = ""


Rows = Mapping[str, Sequence[Panel]]


def dashboard(uid: str, title: str, rows: Rows, since: str) -> dict[str, Any]:
    """`since`: how much is shown at first, as in `now-6h`."""
    return {
        "uid": uid, "title": title, "tags": ["tsunagu"], "schemaVersion": 39, "editable": False, "refresh": "30s",
        "timezone": "browser", "time": {"from": since, "to": "now"}, "panels": list(_panels(rows)),
    }  # fmt: skip


def _panels(rows: Rows) -> Iterator[dict[str, Any]]:
    top, id_ = 0, 0
    for title, panels in rows.items():
        id_ += 1
        yield {
            "id": id_,
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": _at(0, top, WIDTH, 1),
        }
        top += 1
        width, height = WIDTH // len(panels), max(KINDS[panel.kind][0] for panel in panels)
        for place, panel in enumerate(panels):
            id_ += 1
            yield _panel(panel, id_, _at(place * width, top, width, height))
        top += height


def _at(x: int, y: int, w: int, h: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": w, "h": h}


def _panel(panel: Panel, id_: int, at: dict[str, int]) -> dict[str, Any]:
    return {
        "id": id_, "type": panel.kind, "title": panel.title, "description": panel.about, "gridPos": at,
        "datasource": DATASOURCE, "options": KINDS[panel.kind][1],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": DATASOURCE, "expr": expr, "legendFormat": legend,
             "instant": panel.kind == "bargauge", "range": panel.kind != "bargauge"}
            for n, (legend, expr) in enumerate(panel.shows.items())
        ],
    }  # fmt: skip


def _field(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": panel.least}]
    if panel.least is not None:
        steps.insert(0, {"color": "red", "value": None})
    if panel.worry is not None:
        steps.append({"color": "red", "value": panel.worry})
    thresholds: dict[str, Any] = {"thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries" and len(steps) > 1:  # whose lines have colours of their own: none shows a threshold
        thresholds["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return {"unit": panel.unit, "min": 0, **thresholds}
