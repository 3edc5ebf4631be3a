"""Assembling the vault from settings, secrets and databases, once for each process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from shared.config import Databases, Secrets, Settings
from shared.config.needs import REGISTRAR
from shared.config.wall_clock import utc_now
from shared.eventlog import EventLog
from shared.eventlog.opening import open_log
from shared.vault import access as access_record
from shared.vault import blobs as blob_store
from shared.vault import keys as key_store
from shared.vault.access import AccessRecord
from shared.vault.blobs import Blobs
from shared.vault.erasure import Erasures
from shared.vault.keys import Keys
from shared.vault.subjects import KnownSubjects, Subjects
from shared.vault.vault import Vault


@dataclass(frozen=True)
class OpenVault:
    """The parts of the vault that one process uses; the part that erases is opened when needed."""

    vault: Vault
    blobs: Blobs
    open_erasures: Callable[[], Erasures]

    @cached_property
    def erasures(self) -> Erasures:
        """The part that erases a person.

        Raises:
            SettingsError: this process does not have the key that erasures are written with.
        """
        return self.open_erasures()


def open_vault(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    now: Callable[[], datetime] = utc_now,
) -> OpenVault:
    """Build the vault; nothing is read from a server yet.

    Keys that only some processes have are read when they are first needed: those with which a
    person is looked up, registered and erased.
    """

    @cache
    def registrar() -> EventLog:
        return open_log(settings, secrets, databases, writer=REGISTRAR)

    keys = Keys(databases.vault, secrets.kek, cache_s=settings.key_cache_s)
    subjects = Subjects(
        databases.vault, keys, registrar, subject_key=cache(lambda: secrets.subject_key), now=now
    )
    access = AccessRecord(databases.log)

    def erasures() -> Erasures:
        return Erasures(
            databases.vault,
            keys,
            subjects,
            open_log(settings, secrets, databases, writer="vault"),
            list_path=settings.erasure_list,
            cache_s=settings.key_cache_s,
            now=now,
        )

    return OpenVault(
        vault=Vault(keys, subjects, access, now=now),
        blobs=Blobs(databases.log, keys, access, now=now),
        open_erasures=erasures,
    )


def open_known_subjects(secrets: Secrets, databases: Databases) -> KnownSubjects:
    """The way from a token to a person's reference alone: without any key of personal data."""
    return KnownSubjects(databases.vault, subject_key=cache(lambda: secrets.subject_key))


def prepare(databases: Databases) -> None:
    """Create the indexes of the vault, the blob store and the record of readings."""
    key_store.prepare(databases.vault)
    blob_store.prepare(databases.log)
    access_record.prepare(databases.log)
