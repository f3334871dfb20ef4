"""The state folder of an embedded stack."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where things are under the state folder `path`."""

    path: Path

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def database(self) -> Path:
        return self.path / "db"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"

    def log(self, part: str) -> Path:
        return self.path / "logs" / f"{part}.log"

    def make(self) -> None:
        """Make the folders that are missing. Nobody else may read them: keys and mail are in there."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.database, self.mail, self.keys, self.path / "logs"):
            folder.mkdir(mode=0o700, exist_ok=True)
        # The default place is inside a working copy, and keys do not belong into a commit.
        (self.path / ".gitignore").write_text("*\n")

    def forget(self) -> None:
        """Delete what earlier runs left in the database and the inbox."""
        shutil.rmtree(self.database, ignore_errors=True)
        shutil.rmtree(self.mail, ignore_errors=True)

    def keep_old_log(self, part: str) -> None:
        """Begin a new log, keeping the one of the run before as `<part>.log.1`."""
        log = self.log(part)
        if log.exists():
            log.replace(log.with_name(f"{log.name}.1"))
