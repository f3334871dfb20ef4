"""Kafka Streams, built by Maven once into a cache, and started with no flag of the JVM's but where its classes are."""

from hashlib import sha256
from pathlib import Path

from tests.apache.kafka import CACHE, ran
from tests.bench.rivals.work import Work

PROJECT = Path(__file__).parents[1] / "streams"


def command(given: Work) -> list[str]:
    built = build()
    classes = f"{built / 'streams.jar'}:{built / 'lib'}/*"
    arguments = (given.servers, given.steps, given.totals, given.group, given.folder, str(given.threads))
    return ["java", "-cp", classes, "tsunagu.bench.Ledger", *arguments]


def build() -> Path:
    """Another source is another folder."""
    sources = [PROJECT / "pom.xml", *sorted(PROJECT.rglob("*.java"))]
    built = CACHE / f"streams-{sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()[:12]}"
    if not (built / "complete").exists():
        ran("mvn", "-q", "-B", "-f", str(PROJECT / "pom.xml"), "package", "dependency:copy-dependencies",
            "-DincludeScope=runtime", f"-Dbuilt={built}", f"-DoutputDirectory={built / 'lib'}")  # fmt: skip
        (built / "complete").touch()
    return built
