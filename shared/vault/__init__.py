"""Personal data: sealed under keys per data subject, read with a trace, erased with their keys."""

from shared.vault.access import ReadAs
from shared.vault.blobs import BlobRef, Blobs
from shared.vault.erasure import Erasures
from shared.vault.errors import (
    CasesOpen,
    Erased,
    KeyMissing,
    UploadReused,
    VaultError,
    VaultUnavailable,
)
from shared.vault.keys import Keys
from shared.vault.opening import OpenVault, open_known_subjects, open_vault, prepare
from shared.vault.subjects import CounterSitting, subject_stream
from shared.vault.vault import SealedAt, Vault

__all__ = [
    "BlobRef",
    "Blobs",
    "CasesOpen",
    "CounterSitting",
    "Erased",
    "Erasures",
    "KeyMissing",
    "Keys",
    "OpenVault",
    "ReadAs",
    "SealedAt",
    "UploadReused",
    "Vault",
    "VaultError",
    "VaultUnavailable",
    "open_known_subjects",
    "open_vault",
    "prepare",
    "subject_stream",
]
