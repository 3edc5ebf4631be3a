"""Begin anew: what a home holds becomes a home of its own in it, and nothing is deleted."""

from datetime import UTC, datetime
from pathlib import Path

from deploy.embedded.home import Home

UNFINISHED = "before.unfinished"
BEFORE = "before-"
OF_A_START = frozenset({"data", "secrets", "servers.json"})


def begin_anew(home: Home) -> Path | None:
    """Put everything but the lock aside, log files included; the folder it is in, if any.

    The folder is a home: `CASELEDGER_HOME=<folder> caseledger up` is the system as it was. A kill
    on the way leaves a part in `before.unfinished`; begun again it puts the rest there too.
    """
    from shared.config.writer_keys import sync_folder  # noqa: PLC0415 - only a start needs it

    part = home.path / UNFINISHED
    held = [path for path in sorted(home.path.iterdir()) if _is_of_the_system(path)]
    if not part.exists() and not {path.name for path in held} & OF_A_START:
        return None
    part.mkdir(mode=0o700, exist_ok=True)
    for path in held:
        path.rename(_free(part / path.name))
    sync_folder(part)
    whole = _free(home.path / f"{BEFORE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    part.rename(whole)
    sync_folder(home.path)
    home.create()
    return whole


def _free(path: Path) -> Path:
    """The path, or one beside it where an earlier try, killed on the way, put the first half."""
    return _free(path.with_name(f"{path.name}.later")) if path.exists() else path


def _is_of_the_system(path: Path) -> bool:
    return path.name != "lock" and not path.name.startswith(("before.", BEFORE))
