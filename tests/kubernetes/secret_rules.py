"""Secrets come from outside, or from operators: none is in the tree, and the list in docs/kubernetes.md is whole."""

import re
from collections.abc import Iterator

from tests.deploy.model import ROOT
from tests.kubernetes.built import Cluster, Resource, container, mounted, named, of, templates

DOC = ROOT / "docs/kubernetes.md"
OF_STRIMZI = re.compile(r"kafka-.+|tsunagu-cluster-ca-cert")
SECRET_SETTINGS = re.compile(r"SECRET$|PASSWORD|LETTER_KEY|MONGO$")

Key = tuple[str, str]


def no_secret_is_in_the_tree(cluster: Cluster) -> Iterator[str]:
    yield from (f"Secret {one['metadata']['name']} is in the tree" for one in of(cluster, "Secret"))
    told = {name: value for one in of(cluster, "ConfigMap") for name, value in one["data"].items()}
    for template in templates(cluster).values():
        told |= {one["name"]: one["value"] for one in container(template).get("env", ()) if "value" in one}
    yield from (f"the value of {name} is in the tree" for name in told if SECRET_SETTINGS.search(name))


def every_secret_is_listed(cluster: Cluster) -> Iterator[str]:
    """`docs/kubernetes.md` says what is to be made before; operators make the others."""
    asked, told = set(_asked(cluster)), set(listed())
    yield from (f"{secret}, {key} is asked for, and docs/kubernetes.md does not say so" for secret, key in asked - told)
    yield from (f"{secret}, {key} is in docs/kubernetes.md and asked for by nobody" for secret, key in told - asked)


def listed() -> Iterator[Key]:
    """Rows of the table: | `secret` | `key`, `key` | what it is |"""
    for secret, keys in re.findall(
        r"^\| `([a-z-]+)` \| ((?:`[a-z.-]+`(?:, )?)+) \|", DOC.read_text("utf-8"), re.MULTILINE
    ):
        yield from ((secret, key) for key in re.findall("`([^`]+)`", keys))


def _asked(cluster: Cluster) -> Iterator[Key]:
    users: list[Resource] = named(cluster, "MongoDBCommunity", "mongo")["spec"]["users"]
    made = {one["connectionStringSecretName"] for one in users}
    yield from ((one["passwordSecretRef"]["name"], one["passwordSecretRef"]["key"]) for one in users)
    yield from ((one["secretName"], key) for one in named(cluster, "Ingress", "tsunagu")["spec"]["tls"]
                for key in ("tls.crt", "tls.key"))  # fmt: skip
    for template in templates(cluster).values():
        for _, source in mounted(template):
            if source["secret"] not in made and not OF_STRIMZI.fullmatch(source["secret"]):
                yield source["secret"], source["key"]
