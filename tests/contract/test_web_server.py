"""A service whose web server has ended by itself ends too, and not as if it had been told to."""

from pathlib import Path

import pytest
import uvicorn

from tests.contract.houses import built
from tests.security.one_service import free_port


async def broken(_server: uvicorn.Server) -> None:
    raise OSError("no more files")


async def over(_server: uvicorn.Server) -> None:
    return


@pytest.mark.parametrize("ends", [broken, over])
async def test_nobody_can_ask_it_any_more(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: object
) -> None:
    monkeypatch.setattr(uvicorn.Server, "main_loop", ends)
    assert await built(database, tmp_path, http_port=free_port())["stats"].run() == 1
