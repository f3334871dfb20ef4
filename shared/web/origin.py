"""Forms of other sites: refused. Whoever is signed in carries the cookie wherever a request to us comes from."""

from urllib.parse import urlsplit

from starlette.requests import Request

from shared.web.problems import Problem

SAFE = ("GET", "HEAD", "OPTIONS")


def check(request: Request, own: str, *, needed: bool) -> None:
    """Raises Problem unless the request comes from a page of ours, or from no page at all.

    `own`: where people reach this service, beside where this request found it. `needed`: the request must say where
    it comes from (browsers do); a program with a signed link of its own need not.
    """
    if request.method in SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        fine = site in ("same-origin", "none")
    elif origin is not None:
        fine = origin in (_origin(str(request.base_url)), _origin(own))
    else:
        fine = not needed
    if not fine:
        raise Problem(403, "cross_site", "this form was not sent from a page of ours",
                      "a program that has a session sends its own `Origin`: this service's address")  # fmt: skip


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
