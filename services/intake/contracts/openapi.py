"""The OpenAPI 3.1 document of the partners' HTTP interface. Made from the routes; who may is the table of roles'."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from services.intake.contracts.described import PROBLEM
from shared.access import ROUTES, Role
from shared.contracts.schemas import schemas

VERSION = "3.1.0"
TITLE = "Tsunagu: referrals over HTTP"
ABOUT = """The same JSON as on Kafka, the same answers. A repeat under the same `Idempotency-Key` counts once.

Errors are problem documents (RFC 9457) that name every wrong field at once."""


def document(routes: APIRouter, url: str) -> dict[str, Any]:
    """`routes`: the partners' interface alone; pages are no part of it. `url`: where it is reached."""
    made = get_openapi(
        title=TITLE, version="1", openapi_version=VERSION, description=ABOUT, routes=routes.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"}, servers=[{"url": url}],
    )  # fmt: skip
    components = made.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas([(PROBLEM.__name__, PROBLEM)]))
    components["securitySchemes"] = _schemes(url)
    for method, path, operation in operations(made):
        open_to_all = Role.NOBODY in ROUTES["intake"][f"{method.upper()} {path}"]
        operation["security"] = [] if open_to_all else [{"key": []}, {"token": []}]
        components["schemas"] |= _lifted(operation)
    return made


def _schemes(url: str) -> dict[str, Any]:
    flow = {"tokenUrl": f"{url.rstrip('/')}/oauth/token", "scopes": {}}
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
        "token": {"type": "oauth2", "flows": {"clientCredentials": flow}, "description": "Or a token for one."},
    }


def operations(made: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and what is said of it."""
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _lifted(operation: dict[str, Any]) -> dict[str, Any]:
    """The definitions inside a body's schema; references look for them among the components."""
    body: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found: dict[str, Any] = body.get("schema", {}).pop("$defs", {})
    return found
