"""What a cluster would say of a resource: the schemas of Kubernetes itself, and those of the operators whose resources we use,
each from its own source. A field that they do not know is a flaw.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

from tests.apache.kafka import CACHE, ran
from tests.kubernetes.built import HERE, Cluster, Resource, name_of

KUBERNETES = ("1.33", "1.37")
"""The oldest and the newest version that they are held to."""

Key = tuple[str, str]
"""apiVersion, kind."""


class Module(NamedTuple):
    """A Go module that has CRDs in its sources. `sum`: as go.sum would have it."""

    path: str
    sum: str
    files: tuple[str, ...]


MODULES = (
    Module(
        "github.com/kedacore/keda/v2@v2.18.0",
        "h1:ttR223fii/4QJ0YvtrhcWHaEoezByb/t5CeFopjl6EI=",
        ("config/crd/bases/keda.sh_scaledobjects.yaml",),
    ),
    Module(
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        tuple(f"example/prometheus-operator-crd/monitoring.coreos.com_{name}.yaml"
              for name in ("prometheuses", "podmonitors", "prometheusrules")),
    ),
    Module(
        "github.com/mongodb/mongodb-kubernetes-operator@v0.13.0",
        "h1:tbR6z7f3DZmeQJgPsC+Xp193kdADMzcwFGqlTvO9gh0=",
        ("config/crd/bases/mongodbcommunity.mongodb.com_mongodbcommunity.yaml",),
    ),
)  # fmt: skip
STRIMZI = ("kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic", "user.KafkaUser")
"""Classes of its `api`."""


def custom(folder: Path) -> dict[Key, Resource]:
    """Schemas of all operators. `folder`: an empty one, for what is made on the way."""
    files = [file for module in MODULES for file in _downloaded(module, folder)] + _strimzi(folder)
    return {
        key: schema for file in files for key, schema in _versions(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader))
    }


def flaws(cluster: Cluster, known: Mapping[Key, Resource], kubernetes: str) -> Iterator[str]:
    for one in cluster:
        yield from (f"{one['kind']} {name_of(one)}: {flaw}" for flaw in _flaws(one, known, kubernetes))


def _flaws(resource: Resource, known: Mapping[Key, Resource], kubernetes: str) -> Iterator[str]:
    schema = known.get((resource["apiVersion"], resource["kind"]))
    if schema:
        for error in Draft202012Validator(schema).iter_errors(resource):
            yield f"{error.json_path}: {error.message}"
        return
    try:
        kubernetes_validate.validate(resource, kubernetes, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{error.json_path}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield error.message


def _downloaded(module: Module, folder: Path) -> list[Path]:
    """Its sources alone, without what they need; outside of any module, so that no go.mod is touched."""
    command = ["go", "mod", "download", "-json", module.path]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout or "{}")
    assert done.returncode == 0, told.get("Error", done.stderr)
    assert told["Sum"] == module.sum, f"{module.path} is not what it was: {told['Sum']}"
    return [Path(told["Dir"]) / file for file in module.files]


def _strimzi(folder: Path) -> list[Path]:
    jars, pom = CACHE / f"strimzi-{(HERE / 'pom.xml').stat().st_size}", HERE / "pom.xml"
    if not (jars / "complete").exists():
        ran("mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", "-DincludeScope=runtime",
            f"-DoutputDirectory={jars}")  # fmt: skip
        (jars / "complete").touch()
    made = {f"io.strimzi.api.kafka.model.{name}": folder / f"{name}.yaml" for name in STRIMZI}
    ran("java", "-cp", f"{jars}/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml",
        *(f"{name}={file}" for name, file in made.items()))  # fmt: skip
    return list(made.values())


def _versions(crd: Resource) -> Iterator[tuple[Key, Resource]]:
    spec = crd["spec"]
    for version in spec["versions"]:
        if version["served"]:
            key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
            yield key, _closed(version["schema"]["openAPIV3Schema"])


def _closed(schema: Any) -> Any:
    """What a cluster would drop without a word, or warn of, is a flaw: fields that it does not know."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(one) for name, one in schema.items() if name != "description"}
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        made["additionalProperties"] = False
    return made
