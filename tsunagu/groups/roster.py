"""tsunagu roster"""

from pathlib import Path
from typing import Annotated

import typer

from tsunagu.commands import roster
from tsunagu.told import told
from tsunagu.where import find

app = typer.Typer()
app.callback()(lambda: None)  # a single command would be the group itself


@app.command("import")
@told
async def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> int:
    """Take supporters from a CSV file (see docs/roster.md)."""
    return await roster.run(find(), file)
