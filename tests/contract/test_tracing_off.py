"""Who traces nothing loads nothing, and has the plain bus and reader: there is nothing that could cost anything."""

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from pathlib import Path
from tests.contract.houses import built
services = built("mongodb://127.0.0.1:1", Path(sys.argv[1]), **({"traces": 1} if sys.argv[2] == "on" else {}))
for service in services.values():
    print(type(service.parts.bus).__name__, getattr(service.parts.reader, "func", service.parts.reader).__name__)
print(*(name for name in ("shared.tracing", "opentelemetry.sdk", "opentelemetry.exporter") if name in sys.modules))
"""


def built(folder: Path, on: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", CODE, folder, on], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_off_by_default_and_nothing_is_loaded(tmp_path: Path) -> None:
    assert built(tmp_path, "off") == [*["KafkaBus Reader"] * 4, ""]


def test_on_it_is_another_bus_and_another_reader(tmp_path: Path) -> None:
    made = built(tmp_path, "on")
    assert made[:4] == ["TracedBus TracedReader"] * 4
    assert "opentelemetry.sdk" in made[4]
