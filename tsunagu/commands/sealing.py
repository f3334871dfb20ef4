"""tsunagu seal"""

from pathlib import Path

from shared.errors import TsunaguError
from shared.seal import read_keys, seal_json


def run(jwks: Path | None, resident: dict[str, str]) -> int:
    if jwks is None:
        raise TsunaguError("name the file of the network's public keys with --jwks")
    print(seal_json(resident, read_keys(jwks)))
    return 0
