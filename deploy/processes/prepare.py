"""Set an installation up: collections and indexes, its keys, and each process's share of them.

`python -P -m deploy.processes.prepare [--make-secrets] [--hand-out FOLDER]`: run before the first
start and after an update, with the database role `prepare`; safe to run again. Services never do
this: their role cannot, and they refuse to run without the indexes. The topic is made by the
sequencer.
"""

import os
import sys
from pathlib import Path

from deploy.keys import hand_out
from deploy.processes.cutover import cut_over
from deploy.processes.running import BAD_SETTINGS, Process, run
from services.issuance.numbers.store import Numbers
from shared import eventlog, vault
from shared.config import SettingsError, create_missing
from shared.config.modes import EMBEDDED
from shared.eventlog.lanes.count import lane_count
from shared.relay.ledger.ledger import Ledger
from shared.security.local_issuer import LocalIssuer


def main(argv: list[str]) -> None:
    """Read the command line, make what is missing."""
    if "--make-secrets" in argv:
        make_secrets(secrets_folder())
    run("prepare", prepare)
    if "--hand-out" in argv:
        handed_out(Path(argv[argv.index("--hand-out") + 1]))


def handed_out(folder: Path) -> None:
    """Give each process its folder of secrets below `folder`; ends with 2 where one is missing."""
    try:
        hand_out(secrets_folder(), folder, local=_embedded())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_SETTINGS)


def secrets_folder() -> Path:
    """The folder that has every key of the installation."""
    return Path(os.environ.get("CASELEDGER_SECRETS_DIR") or ".caseledger/secrets")


def make_secrets(folder: Path) -> None:
    """Make every key that is not there yet; a token issuer of ours in the embedded mode alone."""
    create_missing(folder)
    if _embedded():
        LocalIssuer(folder).create()


def _embedded() -> bool:
    return os.environ.get("CASELEDGER_MODE") == EMBEDDED


def prepare(process: Process) -> None:
    """Create every collection and index that the log and the services rest on."""
    databases = process.databases
    eventlog.prepare(databases.log)
    vault.prepare(databases)
    Ledger(databases.log).ensure_indexes()
    Numbers(databases.log).ensure_indexes()
    if process.settings.mode == "embedded":  # one process has all keys: it cuts over by itself
        cut_over(process)
        lane_count(process.settings, process.secrets, databases).keep()


if __name__ == "__main__":
    main(sys.argv[1:])
