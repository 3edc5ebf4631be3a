"""Proof that the log is what it was: trees, signed checkpoints, verification, export, receipts.

The functions here are what the command line calls; each returns a JSON-able document.
"""

from shared.audit.export import NothingSigned, export_log
from shared.audit.tree.checkpoint import Checkpointer
from shared.audit.tree.proof import NotProven, check_proof, prove
from shared.audit.verify import verify_log
from shared.eventlog.signed.notes import PublicKey, SigningKey

__all__ = [
    "Checkpointer",
    "NotProven",
    "NothingSigned",
    "PublicKey",
    "SigningKey",
    "check_proof",
    "export_log",
    "prove",
    "verify_log",
]
