"""Gives each process a folder of secrets of its own, made from the table of what it needs.

`prepare` does this at every start, from the folder that has all keys: what a process needs no more
is removed from its folder, and a key that was rotated is replaced.
"""

import os
import shutil
from pathlib import Path

from shared.config import SettingsError
from shared.config.needs import EMBEDDED_ONLY, PROCESSES, TOOLS, besides_of


def hand_out(master: Path, folder: Path, *, local: bool) -> None:
    """Make `<folder>/<process>` (0700, files 0600) for every process and tool of the tables.

    `local` gives the web processes the public keys of our own issuer, and the processes that are
    there to try the system out their own: in the embedded system alone.

    Raises:
        SettingsError: a key is not in `master`; nothing was handed out to that process.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = {**PROCESSES, **TOOLS, **(EMBEDDED_ONLY if local else {})}
    for stale in [path for path in folder.iterdir() if path.name not in rows]:
        _remove(stale)
    for name, needs in rows.items():
        _hand_out(name, needs, master, folder / name, besides_of(name, local=local))


def _hand_out(
    process: str, needs: frozenset[str], master: Path, folder: Path, besides: frozenset[str]
) -> None:
    wanted = set(needs)
    if missing := sorted(name for name in wanted if not (master / name).is_file()):
        raise SettingsError(f"{process} needs {', '.join(missing)}, not found in {master}.")
    wanted |= {name for name in besides if (master / name).is_file()}
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for stale in [path for path in folder.iterdir() if path.name not in wanted]:
        _remove(stale)
    for name in wanted:
        _put(folder / name, (master / name).read_bytes())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _put(path: Path, content: bytes) -> None:
    """Replace a file as a whole, readable by its owner alone."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
