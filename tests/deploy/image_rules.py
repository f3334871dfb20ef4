"""What containers are made of and run: images, commands, volumes, rights, the order of their start."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from tests.deploy.model import COMMAND_LINE, ONE_SHOTS, OURS, ROOT, Model, mounts
from tsunagu.cli import app

PINNED = re.compile(r".+:v?\d+\.\d+\.\d+$")
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")


def images_are_pinned(read: Model) -> Iterator[str]:
    for container, said in read["services"].items():
        ours = container in (*OURS, *ONE_SHOTS, COMMAND_LINE)
        if ours and said["image"] != "tsunagu:local":
            yield f"{container} runs {said['image']}, not the image that `keys` builds"
        if not ours and not PINNED.match(said["image"]):
            yield f"{container} runs {said['image']}: name a version with three numbers"
    if builders := {name for name, said in read["services"].items() if "build" in said} - {"keys"}:
        yield f"{builders} build the image too"


def commands_exist(read: Model) -> Iterator[str]:
    """Of our image: a module that is there, or a command that `tsunagu` knows, with options that it knows."""
    for container in (*OURS, *ONE_SHOTS, COMMAND_LINE):
        said = read["services"][container]
        match [*said.get("entrypoint", ()), *said["command"]]:
            case ["python", "-m", module]:
                if not (ROOT / Path(*module.split(".")) / "__main__.py").is_file():
                    yield f"{container} runs {module}, which is no program"
            case ["tsunagu", *arguments]:
                yield from (f"{container}: {flaw}" for flaw in flaws(get_command(app), arguments))
            case other:
                yield f"{container} runs {other}"


def flaws(command: Any, arguments: list[str]) -> Iterator[str]:
    if arguments == ["--help"]:
        return
    if isinstance(command, TyperGroup):
        name, *rest = arguments
        if name not in command.commands:
            yield f"tsunagu has no command {name}"
            return
        yield from flaws(command.commands[name], rest)
        return
    try:
        command.make_context(command.name, arguments)
    except TyperException as error:
        yield str(error)


def volumes_are_there(read: Model) -> Iterator[str]:
    used = set()
    for container in read["services"]:
        for source, target, only_read in mounts(read, container):
            if source.startswith("./"):
                if not (ROOT / source).exists():
                    yield f"{container} mounts {source}, which is not in the repository"
                if not only_read:
                    yield f"{container} may write into {source}"
                continue
            used.add(source)
            # A new volume takes owner and rights of the folder below it: one that is not there would be root's.
            if target.startswith("/keys") and not re.search(rf"mkdir -p [^&]*{target}\b", DOCKERFILE):
                yield f"{container} mounts {source} at {target}, which the image does not have"
    yield from (f"volume {name} is not declared" for name in used - read["volumes"].keys())
    yield from (f"volume {name} is used by nobody" for name in read["volumes"].keys() - used)


def containers_may_do_little(read: Model) -> Iterator[str]:
    """MongoDB's entrypoint becomes another user, for which it needs rights."""
    for container, said in read["services"].items():
        if "no-new-privileges:true" not in said.get("security_opt", ()):
            yield f"{container} may gain privileges"
        if said.get("cap_drop") != ["ALL"] and container != "mongo":
            yield f"{container} keeps capabilities"
        if said["image"] == "tsunagu:local" and not said.get("read_only"):
            yield f"{container} may write into its image"
        if said.get("logging") != {"driver": "local"}:
            yield f"{container}: its log grows without end"
        if said.get("privileged") or said.get("user") in ("root", "0"):
            yield f"{container} is privileged"


def order_of_start_can_be_kept(read: Model) -> Iterator[str]:
    """Healthy can be only who is asked; complete only who ends."""
    for container, said in read["services"].items():
        for other, need in said.get("depends_on", {}).items():
            healthy = need["condition"] == "service_healthy"
            if healthy and "healthcheck" not in read["services"][other]:
                yield f"{container} waits for the health of {other}, which has no check"
            if not healthy and other not in ONE_SHOTS:
                yield f"{container} waits for the end of {other}, which does not end"
    for container in (*OURS, "kafka", "mongo", "mail", "prometheus", "grafana"):
        if read["services"][container].get("restart") != "unless-stopped":
            yield f"{container} is not started again"
