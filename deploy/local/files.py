"""Writing small files so that a reader, or a crash, never meets a half-written one."""

import os
from pathlib import Path


def write_whole(path: Path, content: str, mode: int = 0o644) -> None:
    """Replace `path` by a file with `content` (UTF-8) and permissions `mode`, on disk when this returns. It stays whose it
    was, where we may give it away: services read keys as a user of their own.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        # The permissions are there from the first byte on, not put on afterwards.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            if os.geteuid() == 0 and path.exists():
                os.fchown(file.fileno(), path.stat().st_uid, path.stat().st_gid)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)  # half a key, where the disk was full
