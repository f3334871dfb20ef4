"""tsunagu roster import"""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from shared.access import Actor, Role
from shared.errors import TsunaguError
from tsunagu.session import session
from tsunagu.where import Where, secret_of


async def run(where: Where, file: Path) -> int:
    """0 when every row was taken; otherwise every flaw, and 1."""
    content = await asyncio.to_thread(file.read_bytes)
    url = f"{where.at('matching')}/supporters/import"
    async with httpx.AsyncClient(timeout=60) as http:
        desk = await session(http, where.at("matching"), "matching", secret_of(where), Actor(Role.COORDINATOR, "cli"))
        headers = {"accept": "application/json", **desk}
        answer = await http.post(url, files={"file": (file.name, content)}, headers=headers)
    body = _said(answer)
    for error in body.get("errors", ()):
        print(f"row {error['row']}: {error['field']}: {error['message']}")
    print(f"supporters taken: {body.get('imported', 0)}")
    return 0 if answer.status_code == 200 else 1


def _said(answer: httpx.Response) -> Any:
    """Of each row, or why the file was not even looked at."""
    body = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if "imported" not in body:
        why = ": ".join(body[name] for name in ("title", "detail") if name in body)
        raise TsunaguError(f"the file was not taken: {why or answer.reason_phrase} ({answer.status_code})")
    return body
