"""Who can be reached by whom, at which port; who may do what."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import yaml

from deploy.kafka.declared import read as declared
from tests.deploy.model import COMMAND_LINE, OURS, ROOT, Model, environment, filled, networks

LISTEN = {"mongo": 27017, "prometheus": 9090, "grafana": 3000}
"""By these images' own defaults."""
MAIL = {1025, 8025}
ADDRESS = re.compile(r"^(?:[a-z]+://)?([a-z]+):(\d+)(?:/|$)")


def listens(read: Model, container: str) -> set[int]:
    """The ports at which others find it."""
    if container in OURS:
        return {int(environment(read, container)["TSUNAGU_HTTP_PORT"])}
    if container == "kafka":
        return {int(port) for port in re.findall(r"kafka:(\d+)", properties()["advertised.listeners"])}
    return MAIL if container == "mail" else {LISTEN[container]} if container in LISTEN else set()


def properties() -> dict[str, str]:
    """Kafka's."""
    text = (ROOT / "deploy/compose/kafka/server.properties").read_text(encoding="utf-8")
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def every_address_is_answered(read: Model) -> Iterator[str]:
    """What one is told of another: it exists, listens there, and both are on one network."""
    for container, where, address in _addresses(read):
        host, port = address
        if host not in read["services"]:
            yield f"{where}: there is no container {host}"
        elif port not in listens(read, host):
            yield f"{where}: {host} does not listen at {port}"
        elif not networks(read, container) & networks(read, host):
            yield f"{where}: {container} and {host} have no network in common"


def published_ports_are_pages_of_this_machine(read: Model) -> Iterator[str]:
    """And each is one at which its container listens."""
    for container, said in read["services"].items():
        for port in said.get("ports", ()):
            if container in {"kafka", "mongo"} or not port.startswith("127.0.0.1:"):
                yield f"{container} is open to others: {port}"
            if int(port.rpartition(":")[2]) not in listens(read, container):
                yield f"{container} does not listen at what it publishes: {port}"


def data_has_no_way_out(read: Model) -> Iterator[str]:
    for container in ("kafka", "mongo"):
        for name in networks(read, container):
            if not (read["networks"][name] or {}).get("internal"):
                yield f"{container} is on {name}, which is not internal"


def kafka_has_a_user_for_each(read: Model) -> Iterator[str]:
    """Named as in deploy/kafka/network.toml, with the password that the broker is told."""
    made = re.search(r"^users=\((.*)\)$", (ROOT / "deploy/compose/kafka/start.sh").read_text(encoding="utf-8"), re.M)
    users = made[1].split() if made else []
    if f"User:{users[0]}" not in properties()["super.users"].split(";"):
        yield f"{users[0]} is no super user in server.properties"
    broker = environment(read, "kafka")
    for container in (*OURS, "topics", COMMAND_LINE):
        said, own = environment(read, container), container in OURS
        user = said["TSUNAGU_KAFKA_USER"]
        if user not in users or (own and user not in declared().users):
            yield f"{container} signs in as {user}, whom start.sh does not make or network.toml does not know"
        if said["TSUNAGU_KAFKA_PASSWORD"] != broker[f"{container.upper() if own else 'NETWORK'}_PASSWORD"]:
            yield f"{container} signs in with another password than the broker is told"


def _addresses(read: Model) -> Iterator[tuple[str, str, tuple[str, int]]]:
    for container in (*OURS, "topics", COMMAND_LINE):
        for name, value in environment(read, container).items():
            if "TSUNAGU_URL_" not in name and (found := ADDRESS.match(value)):
                yield container, f"{container}: {name}", (found[1], int(found[2]))
    for target in _scraped():
        host, _, port = target.partition(":")
        yield "prometheus", "prometheus.yml", (host, int(port))
    source = _yaml("grafana/provisioning/datasources/prometheus.yml")["datasources"][0]
    url = urlsplit(filled(source["url"], {}))
    yield "grafana", "Grafana's data source", (str(url.hostname), url.port or 80)


def _scraped() -> list[str]:
    jobs = _yaml("prometheus/prometheus.yml")["scrape_configs"]
    return [target for job in jobs for group in job["static_configs"] for target in group["targets"]]


def _yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / "deploy" / name).read_text(encoding="utf-8"))
