"""Environment variables of the parts."""

import os
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import SERVICES, Addresses
from deploy.local.keys import Keys
from deploy.local.ports import HOST

SECRETS = frozenset({"TSUNAGU_LINK_SECRET", "TSUNAGU_SIGN_IN_SECRET", "TSUNAGU_LETTER_KEY"})
"""Variables whose values are never written down outside the key files."""

_PROJECT = Path(__file__).resolve().parents[2]


def with_own(env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `env` on top, and this code found first wherever it is run from."""
    path = os.pathsep.join(filter(None, [str(_PROJECT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **env}


def service_env(name: str, port: int, where: Addresses, keys: Keys, clock: Path | None) -> dict[str, str]:
    """What the service `name`, listening on `port`, is told."""
    env = {
        "TSUNAGU_KAFKA": where.kafka,
        "TSUNAGU_MONGO": where.mongo,
        "TSUNAGU_SMTP": where.smtp,
        "TSUNAGU_HTTP_HOST": HOST,
        "TSUNAGU_HTTP_PORT": str(port),
        "TSUNAGU_LETTER_KEY": keys.letter_key(name).read_text(encoding="utf-8"),
        "TSUNAGU_SIGN_IN_SECRET": keys.sign_in_secret.read_text(encoding="utf-8"),
        "TSUNAGU_NETWORK_JWKS": str(keys.network_public.absolute()),
        "PYTHONUNBUFFERED": "1",
        # FastStream's own supervisor hides dead consumers; this one wants the process to end.
        "FASTSTREAM_SUPERVISOR_DISABLED": "1",
    }
    env |= {f"TSUNAGU_URL_{service.upper()}": where.services[service] for service in SERVICES}
    if clock is not None:
        env["TSUNAGU_CLOCK"] = str(clock.absolute())
    return env | _secrets(name, keys)


def _secrets(name: str, keys: Keys) -> dict[str, str]:
    """Each service is told what it needs, and no more."""
    every = {
        "TSUNAGU_NETWORK_KEY": (str(keys.network_private.absolute()), {"intake"}),
        "TSUNAGU_WRAPPING_KEYS": (str(keys.wrapping.absolute()), {"intake", "matching", "notify"}),
        "TSUNAGU_LINK_SECRET": (keys.link_secret.read_text(encoding="utf-8"), {"intake", "notify"}),
    }
    return {variable: value for variable, (value, services) in every.items() if name in services}
