"""`python -m deploy.kubernetes.secrets`: new Secrets of a prefecture, for `kubectl create -f -` (which leaves alone what is
there). They are shown here and nowhere else: whoever loses the keys loses what is sealed under them, so keep a copy.
"""

import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.local.keys import Keys, make_keys

DATABASE_USERS = ("intake", "matching", "notify", "stats", "command-line")


def made(keys: Keys) -> list[dict[str, Any]]:
    """All but what is somebody else's: the certificate of the pages, and the roster."""
    letters = {f"letter-{service}": keys.letter_key(service) for service in ("intake", "matching", "notify", "stats")}
    return [
        _secret("tsunagu-keys-public", _read({"jwks.json": keys.network_public})),
        _secret("tsunagu-keys-private", _read({"network.json": keys.network_private})),
        _secret("tsunagu-keys-wrapping", _read({"keys.json": keys.wrapping})),
        _secret("tsunagu-secrets", _read({"sign-in": keys.sign_in_secret, "link": keys.link_secret, **letters})),
        _secret("mongo-passwords", {user: secrets.token_urlsafe(24) for user in DATABASE_USERS}),
    ]


def _read(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: file.read_text(encoding="utf-8") for name, file in files.items()}


def _secret(name: str, said: Mapping[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": dict(said)}


def main() -> None:
    if sys.stdout.isatty():
        sys.exit("these are secrets: pipe them on, to `kubectl --namespace … create -f -`")
    with tempfile.TemporaryDirectory() as folder:
        yaml.safe_dump_all(made(make_keys(Path(folder))), sys.stdout)


if __name__ == "__main__":
    main()
