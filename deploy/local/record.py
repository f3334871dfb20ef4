"""Keeps `stack.json` in step with what runs."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from deploy.local.environment import SECRETS
from deploy.local.home import Home
from deploy.local.info import PartInfo, StackInfo, write_stack
from deploy.local.plan import Plan
from deploy.local.supervisor import Supervisor


class Record:
    """Of one run of the stack."""

    def __init__(self, home: Home, plan: Plan) -> None:
        self._home = home
        self._plan = plan
        self._started_at = datetime.now(UTC)
        self.ready = False

    def write(self, supervisors: Iterable[Supervisor]) -> None:
        """Write down what runs now."""
        info = StackInfo(
            pid=os.getpid(),
            started_at=self._started_at,
            ready=self.ready,
            addresses=self._plan.where,
            ports=self._plan.ports,
            parts={one.part.name: _part_info(one) for one in supervisors},
            env={part.name: _without_secrets(part.env) for part in self._plan.services},
        )
        write_stack(self._home, info)

    def remove(self) -> None:
        """Nothing runs any more."""
        self._home.stack_file.unlink(missing_ok=True)


def _part_info(supervisor: Supervisor) -> PartInfo:
    part, process = supervisor.part, supervisor.process
    return PartInfo(pid=process.pid if process else None, address=part.address, log=part.log)


def _without_secrets(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in SECRETS}
