"""What is this very machine: there plain http is safe, and browsers keep even cookies that are for https alone."""

from urllib.parse import urlsplit


def is_here(host: str) -> bool:
    """A host's name or address."""
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")


def is_safe(url: str) -> bool:
    """Whether nobody on the way there can read or change what is sent."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or ""))
