"""Putting the log together for one writer from settings, secrets and databases."""

from importlib.metadata import PackageNotFoundError, version

from shared.config import Databases, Secrets, Settings
from shared.eventlog.aside.records import AsideRecords
from shared.eventlog.authors.keys import KeyFile
from shared.eventlog.authors.writer import Writer
from shared.eventlog.building import Sealer
from shared.eventlog.door import Door, ledger_places
from shared.eventlog.log import EventLog, LogReader
from shared.eventlog.signed.cut_over import CutOverNote
from shared.eventlog.signed.notes import CutOver, PublicKey
from shared.eventlog.store import CommitStore


def code_version() -> str:
    """The version of the code that writes, recorded in every commit."""
    try:
        return version("caseledger")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def open_door(settings: Settings, secrets: Secrets, databases: Databases) -> Door:
    """The door of a process; nothing is read from a file or a server yet."""
    note: CutOverNote | None = None

    def cut_over() -> CutOver | None:
        nonlocal note
        if note is None:
            key = PublicKey(settings.installation, secrets.checkpoint_public)
            note = CutOverNote(databases.log, key)
        return note()

    return Door(KeyFile(secrets.folder), cut_over=cut_over, places=ledger_places(databases.log))


def open_store(settings: Settings, secrets: Secrets, databases: Databases) -> CommitStore:
    """The commits of a log as a process reads them; nothing is read yet."""
    door = open_door(settings, secrets, databases)
    aside = AsideRecords(databases.log, door, lanes=settings.lanes)
    return CommitStore(databases.log, door, aside=aside)


def open_reader(settings: Settings, secrets: Secrets, databases: Databases) -> LogReader:
    """The log for who only reads it, with public keys alone."""
    return LogReader(open_store(settings, secrets, databases))


def open_log(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    writer: str,
    sealer: Sealer | None = None,
) -> EventLog:
    """The log as `writer` (a key of `WRITES`) may use it; nothing is read from a server yet.

    Raises:
        SettingsError: when the writer's key is not among the secrets.
    """
    key_id, key = secrets.writer_key(writer)
    return EventLog(
        open_store(settings, secrets, databases),
        Writer(writer, key_id, key),
        sealer=sealer,
        lanes=settings.lanes,
        code_version=code_version(),
        timeout_s=settings.command_timeout_ms / 1000,
    )
