"""Set an installation up: collections and indexes, its keys, and each process's share of them.

`python -P -m deploy.processes.prepare [--make-secrets] [--hand-out FOLDER] [--empty]`: run before
the first start and after an update, with the database role `prepare`; safe to run again. Services
never do this: their role cannot, and they refuse to run without the indexes. The topic is made by
the sequencer.

It ends with 2 and one sentence, and makes nothing, where the databases are not those that the keys
belong to: an empty log beside the traces of an earlier one, or the log of another installation.
`--empty` is for who really wants to begin a new log. `--own-kafka` is the launcher's: its Kafka may
be starting, and the topic is looked for on disk.
"""

import os
import sys
from functools import partial
from pathlib import Path

from pymongo.errors import OperationFailure

from deploy.belonging.claiming import NotOurs, claim_log, refuse_what_is_not_ours
from deploy.belonging.traces import UNAUTHORIZED, UNKNOWN, Around
from deploy.keys import hand_out
from deploy.processes.cutover import cut_over
from deploy.processes.running import BAD_SETTINGS, Process, run
from services.intake.application.repeated import OpenApplications
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.tries import NumberTries
from services.issuance.numbers.store import Numbers
from services.issuance.papers.orders import PaperOrders
from services.portal.applying.drafts import ensure_indexes as ensure_draft_indexes
from services.portal.session.store import Sessions
from services.review.desk.draft_store import DraftStore
from shared import eventlog, vault
from shared.config import SettingsError, create_missing
from shared.config.databases import connect_portal
from shared.config.modes import EMBEDDED
from shared.eventlog.aside.records import AsideRecords
from shared.eventlog.lanes.count import lane_count
from shared.relay.ledger.ledger import Ledger
from shared.security.local_issuer import LocalIssuer
from shared.vault.unnamed import UnnamedUploads


def main(argv: list[str]) -> None:
    """Read the command line, make what is missing."""
    if "--make-secrets" in argv:
        make_secrets(secrets_folder())
    folder = Path(argv[argv.index("--hand-out") + 1]) if "--hand-out" in argv else None
    run(
        "prepare",
        partial(
            prepare, around=Around(folder, own_kafka="--own-kafka" in argv), anew="--empty" in argv
        ),
    )
    if folder is not None:
        handed_out(folder)


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


def prepare(process: Process, *, around: Around = UNKNOWN, anew: bool = False) -> None:
    """Create every collection and index that the log and the services rest on.

    `around` is what lies around the databases. Ends the process with 2 and one sentence where
    the databases are not those that the keys belong to, or the database role is of before.
    """
    try:
        _prepare(process, around, anew=anew)
    except NotOurs as error:
        _refused(str(error))
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        _refused(f"The database role of `prepare` lacks a right ({error.details}): see roles.json.")


def _prepare(process: Process, around: Around, *, anew: bool) -> None:
    settings, secrets, databases = process.settings, process.secrets, process.databases
    refuse_what_is_not_ours(settings, secrets, databases, around, anew=anew)
    eventlog.prepare(databases.log)
    refuse_named_ids(process)
    vault.prepare(databases)
    Ledger(databases.log).ensure_indexes()
    Numbers(databases.log).ensure_indexes()
    PaperOrders(databases.work).ensure_indexes()
    UnplacedPayments(databases.work).ensure_indexes()
    DraftStore(databases.work).ensure_indexes()
    portal = connect_portal(settings)
    with portal.client:
        Sessions.at(portal).ensure_indexes()
        ensure_draft_indexes(portal)
    OpenApplications(databases.work).ensure_indexes()
    NumberTries(databases.work).ensure_indexes()
    UnnamedUploads(databases.work).ensure_indexes()
    claim_log(secrets, databases)
    if settings.mode == "embedded":  # one process has all keys: it cuts over by itself
        cut_over(process)
        lane_count(process.settings, process.secrets, databases).keep()


def _refused(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(BAD_SETTINGS)


def refuse_named_ids(process: Process) -> None:
    """End with 2 where a key has an id that a record names as unknown (ADR 0016).

    What the record set aside was refused because nobody had that key: it is to stay so.
    """
    settings, log = process.settings, process.databases.log
    door = eventlog.open_door(settings, process.secrets, process.databases)
    records = AsideRecords(log, door, lanes=settings.lanes).every()
    named = {record.key for record in records.values()} - {""}
    if not named:  # and there may be no writers.json yet
        return
    if taken := sorted(named & {entry.id for entry in process.secrets.writers}):
        _refused(
            f"The key id {taken[0]} in writers.json is named by a record of"
            " `caseledger log set-aside`, so that no key may have it: give the key a later one."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
