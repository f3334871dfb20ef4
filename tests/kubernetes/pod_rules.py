"""What our pods may do, what they may use, how they are asked and how they are stopped. Each rule names what is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command

from shared.access import EVERYBODY, ROUTES
from shared.process import STOP_WITHIN
from tests.deploy.image_rules import DOCKERFILE, PINNED, flaws
from tests.deploy.model import ROOT
from tests.kubernetes.built import (
    Cluster,
    Resource,
    container,
    environment,
    name_of,
    named,
    of,
    services,
    templates,
)  # fmt: skip
from tsunagu.cli import app

USER, GROUP = map(int, re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[-1])
SPARE = 10
"""Seconds between the last moment at which a service stops by itself, and the one at which it is killed."""
UNITS = {"": 1, "m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
PROBES = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
"""Not ready may take hours (shared.recovery), so nobody is killed for it."""


def pods_may_do_little(cluster: Cluster) -> Iterator[str]:
    """As docker-compose.yml has it, and what Kubernetes' own standard for `restricted` pods asks for."""
    for name, template in templates(cluster).items():
        pod, said = template["spec"], container(template)["securityContext"]
        of_pod = pod["securityContext"]
        if not of_pod.get("runAsNonRoot") or (of_pod.get("runAsUser"), of_pod.get("runAsGroup")) != (USER, GROUP):
            yield f"{name} does not run as {USER}:{GROUP}, the image's user"
        if of_pod.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{name} may call the kernel as it likes"
        if said.get("allowPrivilegeEscalation") is not False:
            yield f"{name} may gain privileges"
        if said.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{name} keeps capabilities"
        if not said.get("readOnlyRootFilesystem"):
            yield f"{name} may write into its image"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name} may talk to the cluster"
        if pod.get("enableServiceLinks") is not False:
            yield f"{name} is told of Services in variables, which may be taken for settings"


def pods_have_limits(cluster: Cluster) -> Iterator[str]:
    """A processor is no limit but a share: who is throttled misses heartbeats."""
    for name, template in templates(cluster).items():
        said = container(template).get("resources", {})
        requests, limits = said.get("requests", {}), said.get("limits", {})
        yield from (
            f"{name} asks for no {what}" for what in ("cpu", "memory", "ephemeral-storage") if what not in requests
        )
        yield from (f"{name} has no limit of {what}" for what in ("memory", "ephemeral-storage") if what not in limits)
        yield from (
            f"{name} asks for more {what} than its limit" for what in limits.keys() & requests.keys()
            if amount(requests[what]) > amount(limits[what])
        )  # fmt: skip
        for volume in template["spec"]["volumes"]:
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{name}: {volume['name']} grows without end"


def amount(quantity: str) -> float:
    """In bytes, or processors."""
    number, unit = re.fullmatch(r"([\d.]+)([A-Za-z]*)", str(quantity)).groups()  # type: ignore[union-attr]
    return float(number) * UNITS[unit]


def probes_ask_what_is_there(cluster: Cluster) -> Iterator[str]:
    """Real routes, open to everybody, at the port where the service listens."""
    for name, one in services(cluster).items():
        said = container(one["spec"]["template"])
        ports = {port["name"]: port["containerPort"] for port in said["ports"]}
        if ports.get("http") != int(environment(cluster, one["spec"]["template"])["TSUNAGU_HTTP_PORT"]):
            yield f"{name} does not listen at its port http, {ports.get('http')}"
        for probe, path in PROBES.items():
            get = said.get(probe, {}).get("httpGet", {})
            if get.get("path") != path or get.get("port") != "http":
                yield f"{name}: {probe} is to ask {path} at http"
            elif ROUTES[name].get(f"GET {path}") != EVERYBODY:
                yield f"{name} has no route {path}"


def stopping_takes_its_time(cluster: Cluster) -> Iterator[str]:
    for name, one in services(cluster).items():
        said = container(one["spec"]["template"]).get("lifecycle", {})
        pause = said.get("preStop", {}).get("sleep", {}).get("seconds", 0)
        needed = pause + STOP_WITHIN + SPARE
        if one["spec"]["template"]["spec"].get("terminationGracePeriodSeconds", 30) < needed:
            yield f"{name} is killed before it has stopped: that takes up to {needed:g} s"
        if not pause:
            yield f"{name} is still sent requests while it stops"


def commands_exist(cluster: Cluster) -> Iterator[str]:
    for name, template in templates(cluster).items():
        match container(template)["command"]:
            case ["python", "-m", module]:
                if not (ROOT / Path(*module.split(".")) / "__main__.py").is_file():
                    yield f"{name} runs {module}, which is no program"
            case ["tsunagu", *arguments]:
                given = ["/dev/stdin" if one.startswith("/roster/") else one for one in arguments]
                yield from (f"{name}: {flaw}" for flaw in flaws(get_command(app), given))
            case ["sleep", _]:
                pass
            case other:
                yield f"{name} runs {other}"


def volumes_are_mounted(cluster: Cluster) -> Iterator[str]:
    for name, template in templates(cluster).items():
        there = {one["name"] for one in template["spec"]["volumes"]}
        used = {one["name"] for one in container(template)["volumeMounts"]}
        yield from (f"{name} mounts {one}, which is no volume of it" for one in used - there)
        yield from (f"{name} has a volume {one} and does not mount it" for one in there - used)


def images_are_pinned(cluster: Cluster) -> Iterator[str]:
    for name, template in templates(cluster).items():
        if not PINNED.match(image := container(template)["image"]):
            yield f"{name} runs {image}: name a version with three numbers"


def pods_survive_disruptions(cluster: Cluster) -> Iterator[str]:
    """One at a time goes, and they are not all on one node."""
    for name, one in services(cluster).items():
        labels = one["spec"]["template"]["metadata"]["labels"]
        budget = named(cluster, "PodDisruptionBudget", name)["spec"]
        if budget.get("maxUnavailable") != 1 or not selects(budget["selector"], labels):
            yield f"{name} may lose more than one of its pods at once"
        spread = one["spec"]["template"]["spec"].get("topologySpreadConstraints", ())
        if {each["topologyKey"] for each in spread} != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            yield f"{name} is not spread over nodes and zones"
        if not all(selects(each["labelSelector"], labels) for each in spread):
            yield f"{name} is spread by the labels of others"


def services_lead_to_their_pods(cluster: Cluster) -> Iterator[str]:
    """`closed` to none."""
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in services(cluster).items()}
    for service in of(cluster, "Service"):
        found = [name for name, own in labels.items() if selects({"matchLabels": service["spec"]["selector"]}, own)]
        if found != ([] if name_of(service) == "closed" else [name_of(service)]):
            yield f"Service {name_of(service)} leads to {found}"


def selects(selector: Resource, labels: Resource) -> bool:
    """A selector that says nothing selects all."""
    exactly = selector.get("matchLabels", {}).items() <= labels.items()
    return exactly and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", ())
    )
