"""Which row of the table of roles a request is about."""

import re
from collections.abc import Iterator
from functools import cached_property

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount


class Routes:
    """The app's own routes, as the guard sees them. They are read at the first request, when all are there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def key(self, method: str, path: str) -> str | None:
        """`GET /cases/{case}`; None where nothing would answer."""
        asked = "GET" if method == "HEAD" else method
        for pattern, methods, template in self._known:
            if (methods is None or asked in methods) and pattern.match(path):
                return f"{asked} {template}"
        return None

    def methods(self, path: str) -> list[str]:
        """All that the address answers, whichever route each is of."""
        found = {method for pattern, methods, _ in self._known if pattern.match(path) for method in methods or ()}
        return sorted(found | {"HEAD"} if "GET" in found else found)

    def keys(self) -> list[str]:
        """All of them. What is mounted answers any method itself, and is listed for GET."""
        return [f"{method} {template}" for _, methods, template in self._known for method in sorted(methods or ["GET"])]

    @cached_property
    def _known(self) -> list[tuple[re.Pattern[str], frozenset[str] | None, str]]:
        return list(self._read())

    def _read(self) -> Iterator[tuple[re.Pattern[str], frozenset[str] | None, str]]:
        for route in iter_route_contexts(self._app.routes):
            methods = None if isinstance(route.route, Mount) else frozenset(route.methods or ()) - {"HEAD"}
            yield route.path_regex, methods, str(route.path)
