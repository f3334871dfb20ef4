"""Where pods find brokers and each other, and how browsers find them."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.matching.settings import MatchingSettings
from tests.kubernetes.built import Cluster, environment, named, services, templates
from tests.kubernetes.reach_rules import listeners

INGRESS, SOMEBODY = "10.244.1.7", "198.51.100.9"
URL = re.compile(r"https?://([^:/]+)(?::(\d+))?")
BODY = "nginx.ingress.kubernetes.io/proxy-body-size"


def brokers_are_there(cluster: Cluster) -> Iterator[str]:
    """By the name and port that Strimzi gives them."""
    listener = listeners(cluster)["tls"]
    for name, template in templates(cluster).items():
        said = environment(cluster, template)
        if said["TSUNAGU_KAFKA"] != f"tsunagu-kafka-bootstrap:{listener['port']}":
            yield f"{name} looks for brokers at {said['TSUNAGU_KAFKA']}"
        if (said.get("TSUNAGU_KAFKA_TLS") == "true") != listener["tls"]:
            yield f"{name} and the brokers do not agree on encryption"


def commands_find_services(cluster: Cluster) -> Iterator[str]:
    ports = {name: named(cluster, "Service", name)["spec"]["ports"][0]["port"] for name in services(cluster)}
    for name, template in templates(cluster).items():
        said = environment(cluster, template)
        for service, port in ports.items() if name not in ports else ():
            if said.get(f"TSUNAGU_REACH_{service.upper()}") != f"http://{service}:{port}":
                yield f"{name} is not told that {service} is at http://{service}:{port}"


def links_lead_to_pages(cluster: Cluster) -> Iterator[str]:
    """What links point at is a host of the Ingress, with a certificate, and leads to that service's pages alone."""
    ingress = named(cluster, "Ingress", "tsunagu")["spec"]
    led = {rule["host"]: _leads_to(rule["http"]["paths"]) for rule in ingress["rules"]}
    covered = {host for tls in ingress["tls"] for host in tls["hosts"]}
    told = named(cluster, "ConfigMap", "tsunagu-settings")["data"]
    for service in services(cluster):
        url = URL.fullmatch(told[f"TSUNAGU_URL_{service.upper()}"])
        if not url or led.get(url[1]) != service or url[1] not in covered:
            yield f"the Ingress does not lead to {service} from its TSUNAGU_URL_{service.upper()}"


def _leads_to(paths: list[dict[str, Any]]) -> str:
    """Nothing where it leads to more than pages."""
    led = {one["path"]: one["backend"]["service"]["name"] for one in paths}
    closed = led.pop("/health", "") == led.pop("/metrics", "") == "closed"
    return str(led.get("/", "")) if closed and len(led) == 1 else ""


def browsers_come_over_https(cluster: Cluster) -> Iterator[str]:
    """As far as a service can see: by the word of the ingress controller, which asks in their place."""
    for name, one in services(cluster).items():
        said = environment(cluster, one["spec"]["template"])
        seen = asyncio.run(_seen(said.get("FORWARDED_ALLOW_IPS", "127.0.0.1")))
        if seen != ("https", SOMEBODY):
            yield f"{name} sees {seen[1]} come over {seen[0]}"


async def _seen(trusted: str) -> tuple[str, str]:
    """By uvicorn: scheme and address of a request that says to be somebody else's."""
    scope: Any = {"type": "http", "scheme": "http", "client": (INGRESS, 1), "headers": [
        (b"x-forwarded-proto", b"https"), (b"x-forwarded-for", f"192.0.2.1, {SOMEBODY}".encode()),
    ]}  # fmt: skip

    async def app(scope: Any, receive: Any, send: Any) -> None:
        pass

    nothing: Any = None
    await ProxyHeadersMiddleware(app, trusted)(scope, nothing, nothing)
    return scope["scheme"], scope["client"][0]


def files_fit_through(cluster: Cluster) -> Iterator[str]:
    allowed = named(cluster, "Ingress", "tsunagu")["metadata"].get("annotations", {}).get(BODY, "1m")
    if int(allowed.removesuffix("m")) * 2**20 < MatchingSettings.model_fields["max_upload"].default:
        yield f"the Ingress lets a file of {allowed} through, matching takes a larger one"
