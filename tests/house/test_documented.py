"""Every setting is in docs/settings.md and every metric in docs/metrics.md, and nothing else is. See documented.py."""

from pathlib import Path

from tests.house.documented import Metric, metrics, metrics_told, rows, settings, settings_told


def test_every_setting_is_documented() -> None:
    assert settings() - settings_told() == set(), "give each its row in docs/settings.md: name, of, default, what"


def test_every_documented_setting_exists() -> None:
    assert settings_told() - settings() == set(), "the code has no such setting, owner or default: docs/settings.md"


def test_every_metric_is_documented() -> None:
    assert metrics() - metrics_told() == set(), "give each its row in docs/metrics.md: name, labels, meaning, worry"


def test_every_documented_metric_exists() -> None:
    assert metrics_told() - metrics() == set(), "the code has no such metric, or other labels: docs/metrics.md"


def test_every_row_says_something() -> None:
    short = [row[0] for page in ("settings.md", "metrics.md") for row in rows(page) if len(row[-1]) < 5]
    assert not short, "say what it is, and when it matters"


def test_a_metric_is_found_wherever_it_is_made(tmp_path: Path) -> None:
    source = (
        "from prometheus_client import Counter, Gauge\nCounter('tsunagu_a', 'A', ['x', 'y'])\nGauge('tsunagu_b', 'B')"
    )
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "anywhere.py").write_text(source)
    assert metrics(tmp_path) == {Metric("tsunagu_a_total", "x, y"), Metric("tsunagu_b", "")}
