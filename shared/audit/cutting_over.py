"""The cut-over of a log whose commits carry HMACs to one whose commits are signed (ADR 0015).

All writers and sequencers are stopped. Every step may be repeated: who is killed between two of
them begins anew and comes to the same end (`docs/models/i_cutover.py`). The old keys are deleted
last, and only when the signed note is durable.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import structlog
from msgspec.structs import replace
from pymongo.database import Database

from shared.audit.verify import verify_log
from shared.config import Secrets
from shared.config.wall_clock import utc_now
from shared.config.writer_keys import HMAC, sync_folder, write_entries
from shared.eventlog import Door, FixedKeys, Keyring, timestamp
from shared.eventlog.signed.chain import cut_over_chain
from shared.eventlog.signed.notes import CutOver, SigningKey, cut_over_origin, open_cut_over
from shared.relay.assign.assign import Assigner
from shared.relay.assign.feed import FIRST, Scan
from shared.relay.ledger.ledger import Ledger

PAGE: Final = 500

_log = structlog.get_logger(__name__)
Document = dict[str, Any]


class NotCutOver(Exception):
    """The log does not verify with the old keys, so that no note is written; one sentence."""


def cut_over_needed(secrets: Secrets) -> bool:
    """Whether there are HMAC keys whose part is not over."""
    return bool(secrets.old_writer_paths) or any(
        entry.algorithm == HMAC and entry.until is None for entry in secrets.writers
    )


class CuttingOver:
    """The steps of a cut-over, each with one effect, so that a test can stop between any two."""

    def __init__(
        self,
        db: Database[Document],
        secrets: Secrets,
        key: SigningKey,
        lanes: int,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = db
        self._secrets = secrets
        self._key = key
        self._lanes = lanes
        self._now = now
        self._chain = cut_over_chain(db)

    def run(self) -> CutOver | None:
        """Do what is left to do; the cut-over as it is noted, None where none is needed.

        Raises:
            NotCutOver: something is wrong with the log; nothing was deleted.
            PyMongoError, OSError: begin anew.
        """
        if not cut_over_needed(self._secrets):
            return None
        noted = self.noted()
        if noted is None:
            self.drain()
            noted = self.note(self.verified())
        self.close_entries(noted)
        self.delete_old_keys(noted)
        return noted

    def noted(self) -> CutOver | None:
        """The cut-over that was noted already.

        Raises:
            NotCutOver: the note is not signed with this installation's key.
        """
        stored = self._chain.last()
        try:
            return None if stored is None else open_cut_over(self._key.public, stored.note)
        except ValueError as error:
            raise NotCutOver(f"The cut-over note is not ours: {error}.") from error

    def drain(self) -> None:
        """Give every genuine commit that has no place in its lane yet its place."""
        old = Keyring(self._secrets.writers, old=self._secrets.old_writer_keys())
        ledger = Ledger(self._db)
        ledger.ensure_indexes()
        for lane in range(self._lanes):
            assigner = Assigner(lane, ledger, Door(FixedKeys(old)))
            for _ in range(2):  # the second time those whose predecessor came after them
                scan = Scan(self._db, lane, since=FIRST)
                while not scan.done:
                    assigner.offer(scan.step(PAGE), suspect=True)
                    while assigner.step():
                        pass
            assigner.raise_head()

    def verified(self) -> CutOver:
        """Check the whole log with the old keys; where each lane stands then.

        Commits that no key verifies have no place, are not covered, and stop nothing here: from
        now on nobody believes them.

        Raises:
            NotCutOver: the log is not what was signed, or a commit in its ledger is not genuine.
        """
        found = verify_log(
            self._db,
            key=self._key.public,
            lanes=self._lanes,
            writer_keys=Keyring(self._secrets.writers, old=self._secrets.old_writer_keys()),
        )
        wrong = [one for one in found["findings"] if one["kind"] != "unsequenced"]
        if wrong:
            first = wrong[0]
            raise NotCutOver(
                f"The log does not verify with the writers' old keys ({found['findings_count']}"
                f" findings, the first: {first['kind']} of {first['stream']} in lane"
                f" {first['lane']}, {first['detail']}). Run `caseledger audit verify` of the"
                " version that wrote it; no key was deleted."
            )
        listed = tuple((lane["size"], bytes.fromhex(lane["root"])) for lane in found["lanes"])
        return CutOver(self._key.installation, listed, timestamp(self._now()))

    def note(self, cut_over: CutOver) -> CutOver:
        """Sign and store the note; the one that is there where somebody else was first."""
        name = cut_over_origin(cut_over.installation)
        note = self._key.sign(cut_over.text(), name=name)
        if self._chain.append(1, note=note, signed_at=cut_over.signed_at):
            _log.info("cut_over_noted", lanes=[size for size, _ in cut_over.lanes])
        there = self.noted()
        if there is None:
            raise NotCutOver("The cut-over note cannot be read back.")
        return there

    def close_entries(self, noted: CutOver) -> None:
        """Say in `writers.json` until when the HMAC keys were in use."""
        entries = self._secrets.writers
        closed = [
            replace(entry, until=noted.signed_at)
            if entry.algorithm == HMAC and entry.until is None
            else entry
            for entry in entries
        ]
        if tuple(closed) != entries:
            write_entries(self._secrets.folder, closed)

    def delete_old_keys(self, noted: CutOver) -> None:
        """Delete the writers' HMAC keys. Only with the note in hand, which was read back."""
        for path in self._secrets.old_writer_paths:
            path.unlink()
            _log.info("old_key_deleted", name=path.stem, cut_over=noted.signed_at)
        sync_folder(self._secrets.folder)
