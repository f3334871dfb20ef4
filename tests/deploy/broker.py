"""The container `kafka` of docker-compose.yml without its image: start.sh and server.properties are the repository's, Kafka
is Apache's own (by Maven), its set-up is the image's (`KafkaDockerWrapper`), and Java and bash are this machine's.
"""

import os
from pathlib import Path

from tests.apache.kafka import fetch
from tests.deploy.container import Container
from tests.deploy.model import ROOT, Model, environment, mounts

USER = "1000:1000"
"""`appuser` of apache/kafka."""

JAVA = 'java -cp "/jars/*" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $KAFKA_HEAP_OPTS'
TOOLS = {
    "/opt/kafka/bin/kafka-storage.sh": f'exec {JAVA} kafka.tools.StorageTool "$@"',
    "/opt/kafka/bin/kafka-configs.sh": f'exec {JAVA} kafka.admin.ConfigCommand "$@"',
    # As docker/jvm/launch of Apache Kafka does it; a disk that is formatted already is no error.
    "/etc/kafka/docker/run": f"""\
{JAVA} kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \\
    --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config || true
exec {JAVA} kafka.Kafka /opt/kafka/config/server.properties""",
}
OF_THIS_MACHINE = ("/usr", "/etc/alternatives", *map(str, Path("/etc").glob("java-*")))


def container(read: Model, folder: Path, hosts: Path) -> Container:
    """`folder`: new or from an earlier start, with the disk."""
    root = _root(folder / "root")
    disk, config = _own(folder / "disk"), _own(folder / "config")
    bound = {place: (Path(place), True) for place in OF_THIS_MACHINE}
    ours = {target: (ROOT / source, True) for source, target, _ in mounts(read, "kafka") if source.startswith("./")}
    return Container(
        name="kafka", root=root, command=read["services"]["kafka"]["command"],
        env={**environment(read, "kafka"), "KAFKA_HEAP_OPTS": "-Xmx512m"}, user=USER,
        mounts={**bound, **ours, "/etc/hosts": (hosts, True), "/jars": (fetch(), True),
                "/var/lib/kafka/data": (disk, False), "/opt/kafka/config": (config, False)},
    )  # fmt: skip


def _root(root: Path) -> Path:
    for place in (*OF_THIS_MACHINE, "/proc", "/dev", "/tmp", "/jars", "/opt/kafka/config", "/var/lib/kafka/data",
                  "/mnt/shared/config", "/etc/tsunagu"):  # fmt: skip
        (root / place[1:]).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    for place in ("/etc/hosts", "/etc/tsunagu/start.sh", "/mnt/shared/config/server.properties"):
        (root / place[1:]).touch()
    for place, text in TOOLS.items():
        file = root / place[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)
    for name in ("log4j2.yaml", "tools-log4j2.yaml", "server.properties"):
        (root / "etc/kafka/docker" / name).touch()
    return root


def _own(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    os.chown(folder, *map(int, USER.split(":")))
    return folder
