"""What pods are told, by variables and by files, against what the code reads. `made`: an empty folder, for the files."""

import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import trustme

from deploy.kubernetes import secrets
from deploy.local.keys import make_keys
from shared.settings import Settings, WrongSettings
from shared.settings import made as settings_made
from tests.deploy.settings_rules import NO_SETTINGS_OF_OURS, read_by_the_command_line
from tests.kubernetes.built import Cluster, Resource, container, environment, mounted, named, of, services, templates

READ_BY_OTHERS = NO_SETTINGS_OF_OURS | {"FORWARDED_ALLOW_IPS", "TSUNAGU_SECRETS_DIR"}
"""FastStream, uvicorn, and who reads the settings themselves."""
OF_OPERATORS = {
    "password": "password",
    "connectionString.standard": "mongodb://user:word@mongo-0.mongo-svc.tsunagu.svc.cluster.local:27017/admin?replicaSet=mongo",
}
"""Key of a Secret that one of them makes → what is in it."""


def every_variable_is_read(cluster: Cluster, made: Path) -> Iterator[str]:
    """All of them share one ConfigMap, so what some service reads may be told to all."""
    shared = set(named(cluster, "ConfigMap", "tsunagu-settings")["data"])
    for name, template in templates(cluster).items():
        own = {*environment(cluster, template), *_secret(template)} - shared
        known = _of_service(name) if name in services(cluster) else read_by_the_command_line()
        yield from (f"{name} is told {one}, which it does not read (docs/settings.md)" for one in own - known)
    every = set().union(*map(_of_service, services(cluster))) | READ_BY_OTHERS
    yield from (f"all are told {one}, which no service reads (docs/settings.md)" for one in shared - every)


def _of_service(name: str) -> set[str]:
    return {f"TSUNAGU_{field.upper()}" for field in settings_of(name).model_fields}


def every_needed_setting_is_given(cluster: Cluster, made: Path) -> Iterator[str]:
    """By the settings' own classes, so a value that they refuse is found too. Files are where the pod would have them."""
    for name, one in services(cluster).items():
        root = made / name
        template = one["spec"]["template"]
        lay_out(template, root)
        said = {key: _below(root, value) for key, value in environment(cluster, template).items()}
        with mock.patch.dict(os.environ, said, clear=True):
            try:
                settings_made(settings_of(name))
            except WrongSettings as error:
                yield from (f"{name}: {flaw}" for flaw in error.flaws)


def lay_out(template: Resource, root: Path) -> None:
    """Every file that the pod gets from a Secret: those of `deploy.kubernetes.secrets`, and of the operators."""
    with tempfile.TemporaryDirectory() as folder:
        ours = {one["metadata"]["name"]: one["stringData"] for one in secrets.made(make_keys(Path(folder)))}
    others = {**OF_OPERATORS, "ca.crt": trustme.CA().cert_pem.bytes().decode()}
    for path, source in mounted(template):
        text = ours.get(source["secret"], others).get(source["key"])
        if text is not None:
            file = root / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


def _below(root: Path, value: str) -> str:
    return str(root / value[1:]) if value.startswith("/") else value


def each_signs_in_as_itself(cluster: Cluster, made: Path) -> Iterator[str]:
    """With the password of a user that is there, at the brokers and at the database."""
    prefix = named(cluster, "Kafka", "tsunagu")["spec"]["entityOperator"]["userOperator"]["secretPrefix"]
    users = {one["metadata"]["name"] for one in of(cluster, "KafkaUser")}
    roles = {one["name"]: one for one in named(cluster, "MongoDBCommunity", "mongo")["spec"]["users"]}
    for name, template in templates(cluster).items():
        own = f"tsunagu-{name}" if name in services(cluster) else "tsunagu"
        if environment(cluster, template)["TSUNAGU_KAFKA_USER"] != own or own not in users:
            yield f"{name} does not sign in to the brokers as {own}"
        if _secret(template).get("TSUNAGU_KAFKA_PASSWORD") != {"secret": prefix + own, "key": "password"}:
            yield f"{name} has another's password for the brokers"
        if roles[own]["connectionStringSecretName"] != _secret(template).get("TSUNAGU_MONGO", {}).get("secret"):
            yield f"{name} has another's URL of the database"
        if name in services(cluster) and roles[own]["roles"] != [{"name": "readWrite", "db": f"tsunagu_{name}"}]:
            yield f"{name} may do in the database more, or less, than write into its own"


def _secret(template: Resource) -> dict[str, dict[str, str]]:
    """Setting → where it comes from, of those that come from a Secret."""
    said = {Path(path).name: dict(source) for path, source in mounted(template) if path.startswith("/secrets/")}
    for one in container(template).get("env", ()):
        if "valueFrom" in one:
            source = one["valueFrom"]["secretKeyRef"]
            said[one["name"]] = {"secret": source["name"], "key": source["key"]}
    return said


def settings_of(service: str) -> type[Settings]:
    found: type[Settings] = getattr(import_module(f"services.{service}.settings"), f"{service.title()}Settings")
    return found
