"""`python -m deploy.kubernetes`: write anew what is made of other files of this repository: topics, users and grants, and
Prometheus' rules. A prefecture's partners are the lines of `partners.txt` beside its kustomization.yaml.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.kafka.declared import read
from deploy.kubernetes import prometheus, strimzi
from deploy.kubernetes.strimzi import Resource
from shared.errors import TsunaguError

FOLDER = Path(__file__).parent
PARTNERS = "partners.txt"
HEAD = "# Made by `python -m deploy.kubernetes` from {}: change that.\n"


def texts(folder: Path = FOLDER) -> Mapping[Path, str]:
    """File → what is to be in it. Raises TsunaguError where a partner's name is none."""
    made = {
        folder / "base/kafka/network.yaml": _text("deploy/kafka/network.toml", strimzi.network(read())),
        folder / "components/monitoring/rules.yaml": _text("deploy/prometheus/rules", [prometheus.rules()]),
    }
    return made | {file: text for listed in sorted(folder.rglob(PARTNERS)) for file, text in _of_prefecture(listed)}


def _of_prefecture(listed: Path) -> Iterator[tuple[Path, str]]:
    declared, orgs, source = read(), partners(listed), f"deploy/kafka/network.toml and {PARTNERS}"
    yield listed.with_name("partners.yaml"), _text(source, strimzi.partners(orgs, declared))
    granted = strimzi.services_grants(orgs, declared)
    yield listed.with_name("grants") / "kustomization.yaml", _text(source, [_patches(granted)])


def partners(listed: Path) -> list[str]:
    """Names, one a line; # begins a remark. Raises TsunaguError where one is none, or told twice."""
    lines = (line.partition("#")[0].strip() for line in listed.read_text(encoding="utf-8").splitlines())
    orgs = [line for line in lines if line]
    if wrong := [org for org in orgs if not strimzi.NAME.fullmatch(org)]:
        raise TsunaguError(f"{listed}: no names for partners: {', '.join(wrong)} ({strimzi.EXPECTED})")
    if twice := sorted({org for org in orgs if orgs.count(org) > 1}):
        raise TsunaguError(f"{listed} names {', '.join(twice)} twice")
    return orgs


def _patches(granted: Mapping[str, Iterable[Resource]]) -> Resource:
    """A component that adds these grants to the users that base/kafka has."""
    patches = [
        {"target": {"kind": "KafkaUser", "name": user}, "patch": _yaml([_added(acl) for acl in acls])}
        for user, acls in granted.items()
    ]
    return {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "patches": patches}


def _added(acl: Resource) -> Resource:
    return {"op": "add", "path": "/spec/authorization/acls/-", "value": acl}


def _text(source: str, resources: Iterable[Resource]) -> str:
    return HEAD.format(source) + "---\n".join(_yaml(one) for one in resources)


class _Dumper(yaml.SafeDumper):
    """Several lines stand as several lines."""


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _string)


def _yaml(node: Any) -> str:
    return str(yaml.dump(node, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True))


def main(folder: Path = FOLDER) -> int:
    try:
        made = texts(folder)
    except TsunaguError as error:
        print(error, file=sys.stderr)
        return 1
    for file, text in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
