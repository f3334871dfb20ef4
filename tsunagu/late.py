"""Groups of commands that are loaded when somebody uses one: most of a short command's time is the loading of what it does
not need.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


def late(module: str, help: str) -> typer.Typer:
    """The commands of `tsunagu.groups.{module}.app`; `help`: what is said of them without loading them."""

    class Late(TyperGroup):
        @property
        def commands(self) -> Any:
            return get_group(import_module(f"tsunagu.groups.{module}").app).commands

        @commands.setter
        def commands(self, _: Any) -> None:
            """The group is made without any."""

    return typer.Typer(cls=Late, no_args_is_help=True, help=help)
