"""tsunagu keys"""

from pathlib import Path
from typing import Annotated

import typer

from tsunagu.commands import keys
from tsunagu.told import told
from tsunagu.where import find

app = typer.Typer()
Dir = Annotated[Path, typer.Option("--dir", help="where `keys make` put them; of the embedded stack: .tsunagu/keys")]
What = Annotated[keys.What, typer.Option("--what", help="sealing: partners' way in; wrapping: of data keys")]


@app.command()
@told
def make(directory: Dir) -> int:
    """Make the network's key pair and secrets, where they are missing."""
    keys.make(directory)
    return 0


@app.command()
@told
async def roll(directory: Dir, what: What) -> int:
    """Put a new key first; older ones still open what they sealed."""
    return keys.roll(directory, what)


@app.command()
@told
async def retire(directory: Dir, what: What) -> int:
    """Keep the newest key alone; refused while a person's key still lies under an older one."""
    if what == "wrapping":
        await keys.must_be_rewrapped(find(), directory)
    return keys.retire(directory, what)


@app.command()
@told
async def rewrap() -> int:
    """Wrap every person's key with the newest wrapping key."""
    return await keys.rewrap(find())
