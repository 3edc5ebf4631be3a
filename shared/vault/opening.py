"""Assembling the vault from settings, secrets and databases, once for each process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.config import Databases, Secrets, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog.opening import open_log
from shared.vault import blobs as blob_store
from shared.vault import keys as key_store
from shared.vault.access import AccessRecord
from shared.vault.blobs import Blobs
from shared.vault.erasure import Erasures
from shared.vault.keys import Keys
from shared.vault.subjects import Subjects
from shared.vault.vault import Vault


@dataclass(frozen=True)
class OpenVault:
    """The parts of the vault that belong to one process."""

    vault: Vault
    blobs: Blobs
    erasures: Erasures


def open_vault(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    now: Callable[[], datetime] = utc_now,
) -> OpenVault:
    """Build the vault; no server is read yet."""
    log = open_log(settings, secrets, databases, writer="vault")
    registrar = open_log(settings, secrets, databases, writer="registrar")
    keys = Keys(databases.vault, secrets.kek, cache_s=settings.key_cache_s)
    subjects = Subjects(databases.vault, keys, registrar, subject_key=secrets.subject_key, now=now)
    access = AccessRecord(databases.log)
    return OpenVault(
        vault=Vault(keys, subjects, access, now=now),
        blobs=Blobs(databases.log, keys, access, now=now),
        erasures=Erasures(
            databases.vault,
            keys,
            subjects,
            log,
            list_path=settings.erasure_list,
            cache_s=settings.key_cache_s,
            now=now,
        ),
    )


def prepare(databases: Databases) -> None:
    """Create the vault's and the blob store's indexes."""
    key_store.prepare(databases.vault)
    blob_store.prepare(databases.log)
