"""Set an installation up: collections and indexes; with --make-secrets its keys as well.

`python -m deploy.processes.prepare [--make-secrets]`: run before the first start and after an
update, with the database role `prepare`; safe to run again. Services never do this: their role
cannot, and they refuse to run without the indexes. The topic is made by the sequencer.
"""

import os
import sys
from pathlib import Path

from deploy.processes.cutover import cut_over
from deploy.processes.running import Process, run
from services.issuance.numbers.store import Numbers
from shared import eventlog, vault
from shared.config import create_missing
from shared.relay.ledger.ledger import Ledger
from shared.security.local_issuer import LocalIssuer


def main(argv: list[str]) -> None:
    """Read the command line, make what is missing."""
    if "--make-secrets" in argv:
        make_secrets(Path(os.environ.get("CASELEDGER_SECRETS_DIR") or ".caseledger/secrets"))
    run("prepare", prepare)


def make_secrets(folder: Path) -> None:
    """Make every key that is not there yet, and those of the local token issuer."""
    create_missing(folder)
    LocalIssuer(folder).create()


def prepare(process: Process) -> None:
    """Create every collection and index that the log and the services rest on."""
    databases = process.databases
    eventlog.prepare(databases.log)
    vault.prepare(databases)
    Ledger(databases.log).ensure_indexes()
    Numbers(databases.log).ensure_indexes()
    if process.settings.mode == "embedded":  # one process has all keys: it cuts over by itself
        cut_over(process)


if __name__ == "__main__":
    main(sys.argv[1:])
