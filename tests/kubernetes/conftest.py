"""Each overlay, built once; every schema, fetched once."""

import os
from collections.abc import Mapping

import pytest

from tests.apache.kafka import missing
from tests.kubernetes import schemas
from tests.kubernetes.built import OVERLAYS, Cluster, build, overlay

TOOLS = ("go", "java", "mvn")


@pytest.fixture(scope="session")
def tools() -> None:
    """In CI a machine that lacks one of them is a failure, elsewhere a reason to skip."""
    if lacking := missing(*TOOLS):
        told = f"not on this machine: {', '.join(lacking)} (Go 1.24; Debian: default-jdk-headless maven)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)


@pytest.fixture(scope="session")
def clusters(tools: None) -> Mapping[str, Cluster]:
    return {name: build(overlay(name)) for name in OVERLAYS}


@pytest.fixture(scope="session")
def known(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[schemas.Key, schemas.Resource]:
    return schemas.custom(tmp_path_factory.mktemp("crds"))
