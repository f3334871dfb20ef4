"""The overlays of deploy/kubernetes as kustomize builds them: what a cluster would be given."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.kubernetes.__main__ import FOLDER

HERE = Path(__file__).parent
OVERLAYS = ("one-prefecture", "many")

Resource = dict[str, Any]
Cluster = list[Resource]


def build(folder: Path) -> Cluster:
    """By the kustomize that go.mod names, which is compiled when first asked for."""
    command = ["go", "tool", "kustomize", "build", str(folder)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.load_all(done.stdout, yaml.CSafeLoader) if one]


def overlay(name: str) -> Path:
    return FOLDER / "overlays" / name


def prefectures(cluster: Cluster) -> dict[str, Cluster]:
    """By namespace."""
    names = [name_of(one) for one in of(cluster, "Namespace")]
    return {name: [one for one in cluster if namespace_of(one) == name] for name in names}


def name_of(resource: Resource) -> str:
    return str(resource["metadata"]["name"])


def namespace_of(resource: Resource) -> str:
    return name_of(resource) if resource["kind"] == "Namespace" else str(resource["metadata"]["namespace"])


def of(cluster: Cluster, *kinds: str) -> list[Resource]:
    return [one for one in cluster if one["kind"] in kinds]


def named(cluster: Cluster, kind: str, name: str) -> Resource:
    """A ConfigMap's name goes on with a hash."""
    (found,) = (one for one in of(cluster, kind)
                if name_of(one) == name or (kind == "ConfigMap" and name_of(one).startswith(f"{name}-")))  # fmt: skip
    return found


def services(cluster: Cluster) -> dict[str, Resource]:
    """Service → its Deployment."""
    return {name_of(one): one for one in of(cluster, "Deployment")}


def templates(cluster: Cluster) -> dict[str, Resource]:
    """Of our own pods: name of the Deployment or CronJob → its pod's template."""
    jobs = {name_of(one): one["spec"]["jobTemplate"]["spec"]["template"] for one in of(cluster, "CronJob")}
    return jobs | {name: one["spec"]["template"] for name, one in services(cluster).items()}


def container(template: Resource) -> Resource:
    """The one in it."""
    found: list[Resource] = template["spec"]["containers"]
    assert len(found) == 1
    return found[0]


def environment(cluster: Cluster, template: Resource) -> dict[str, str]:
    """Of the ConfigMaps and of its own, but for what comes from a Secret."""
    said = container(template)
    made: dict[str, str] = {}
    for source in said.get("envFrom", ()):
        made |= named(cluster, "ConfigMap", source["configMapRef"]["name"])["data"]
    return made | {one["name"]: one["value"] for one in said.get("env", ()) if "value" in one}


def mounted(template: Resource) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(path of a file in the container, {"secret": its name, "key": which}) of every file that comes from a Secret."""
    volumes = {one["name"]: one for one in template["spec"]["volumes"]}
    for mount in container(template)["volumeMounts"]:
        volume = volumes[mount["name"]]
        sources = [one["secret"] for one in volume.get("projected", {}).get("sources", ())]
        sources += [{**volume["secret"], "name": volume["secret"]["secretName"]}] if "secret" in volume else []
        for source in sources:
            for item in source["items"]:
                yield f"{mount['mountPath']}/{item['path']}", {"secret": source["name"], "key": item["key"]}
