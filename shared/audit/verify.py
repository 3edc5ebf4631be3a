"""Full verification: the log against its ledger, its trees and everything that was signed.

Streams each lane in order with bounded memory, from its beginning or from an earlier result.
Names stream and version of whatever is wrong. Reads only.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.database import Database

from shared.audit.beside import Beside
from shared.audit.findings import Findings
from shared.audit.lane import LaneVerifier
from shared.audit.signed import Claim, check_heads
from shared.audit.tree.merkle import EMPTY_ROOT
from shared.config.wall_clock import utc_now
from shared.eventlog import Door, FixedKeys, Keyring, timestamp
from shared.eventlog.aside.records import AsideRecords
from shared.eventlog.aside.stream import NOTHING
from shared.eventlog.door import ledger_places
from shared.eventlog.signed.chain import cut_over_chain
from shared.eventlog.signed.notes import (
    BadNote,
    CutOver,
    PublicKey,
    lane_origin,
    open_checkpoint,
    open_cut_over,
    split_note,
)

LANES_AT_ONCE: Final = 4
PENDING_GRACE: Final = timedelta(seconds=60)

Document = dict[str, Any]


def verify_log(
    db: Database[Document],
    *,
    key: PublicKey,
    lanes: int,
    writer_keys: Keyring | None = None,
    since: Mapping[str, Any] | None = None,
    trusted: Sequence[str] = (),
    now: datetime | None = None,
) -> dict[str, Any]:
    """Verify the whole log, or what was added since an earlier result.

    Args:
        db: the log's database.
        key: the installation's public key.
        lanes: number of lanes; further ones that the log has are findings.
        writer_keys: the writers' public keys; without them signatures and event types are not
            checked, and `macs` is "not checked".
        since: an earlier result that was ok; each lane goes on from the size verified there.
        trusted: signed checkpoints that somebody holds from earlier: the log must contain them.
        now: for what is not yet sequenced (default: the clock).

    Returns:
        {"ok", "commits", "events", "lanes": [{"lane", "size", "root", "signed_size",
        "signed_root", "checkpoints"}], "heads", "macs", "pending", "set_aside", "findings":
        [{"kind", "lane", "position", "stream", "version", "detail"}], "findings_count"}; `commits`
        counts all that the ledger has, `events` those read this time, `set_aside` the forged ones
        that records name; roots are hexadecimal.
    """
    findings = Findings()
    claims = _claims(key, lanes, trusted, findings)
    cut_over = _cut_over(db, key, lanes, claims, findings)
    records = _records(db, writer_keys, cut_over, lanes)
    earlier = {entry["lane"]: entry for entry in (since or {}).get("lanes", ())}
    verifiers = [
        LaneVerifier(
            db,
            lane,
            key=key,
            findings=findings,
            writer_keys=writer_keys,
            cut_over=cut_over,
            aside=records or NOTHING,
        )
        for lane in range(lanes)
    ]
    with ThreadPoolExecutor(LANES_AT_ONCE, "verify") as pool:  # one reads while another hashes
        verified = list(
            pool.map(
                lambda lane: verifiers[lane].run(claims.get(lane, ()), since=earlier.get(lane)),
                range(lanes),
            )
        )
    starts = {
        lane: earlier.get(lane, {}).get("checkpoints", 0) if since else 0 for lane in range(lanes)
    }
    after = since["heads"] if since else 0
    heads = check_heads(db, key=key, findings=findings, after=after, checkpoints=starts)
    commits = sum(entry["size"] for entry in verified)
    moment = now or utc_now()
    beside = Beside(db, keys=writer_keys, records=records, lanes=lanes, findings=findings)
    beside.check_records()
    pending = beside.check_unsequenced(commits, newest=timestamp(moment - PENDING_GRACE))
    return {
        "ok": findings.count == 0,
        "commits": commits,
        "events": sum(verifier.events for verifier in verifiers),
        "lanes": verified,
        "heads": heads,
        "macs": "not checked" if writer_keys is None else "checked",
        "pending": pending,
        "set_aside": beside.set_aside,
        "findings": sorted(findings.kept, key=lambda f: (f["lane"] or 0, f["position"] or 0)),
        "findings_count": findings.count,
    }


def _records(
    db: Database[Document], keys: Keyring | None, cut_over: CutOver | None, lanes: int
) -> AsideRecords | None:
    """The records that set commits aside; without keys none can be believed."""
    if keys is None:
        return None
    door = Door(FixedKeys(keys), cut_over=lambda: cut_over, places=ledger_places(db))
    return AsideRecords(db, door, lanes=lanes)


def _claims(
    key: PublicKey, lanes: int, trusted: Sequence[str], findings: Findings
) -> dict[int, list[Claim]]:
    """Sort the checkpoints that somebody holds by lane."""
    origins = {lane_origin(key.installation, lane): lane for lane in range(lanes)}
    held: dict[int, list[Claim]] = {}
    for note in trusted:
        try:
            lane = origins.get(split_note(note)[0].split("\n", 1)[0], 0)
            checkpoint = open_checkpoint(key, lane, note)
        except BadNote as error:
            findings.add("trusted", f"a checkpoint that you hold: {error}")
            continue
        claim = Claim(checkpoint.size, checkpoint.root, "a checkpoint that you hold")
        if claim.size:
            held.setdefault(lane, []).append(claim)
        elif claim.root != EMPTY_ROOT:
            findings.add("root", "a checkpoint that you hold has no leaves but a root", lane=lane)
    return held


def _cut_over(
    db: Database[Document],
    key: PublicKey,
    lanes: int,
    claims: dict[int, list[Claim]],
    findings: Findings,
) -> CutOver | None:
    """Open the cut-over note, where there is one; its roots are claims about the lanes."""
    stored = cut_over_chain(db).last()
    if stored is None:
        return None
    try:
        cut_over = open_cut_over(key, stored.note)
    except BadNote as error:
        findings.add("signature", f"the cut-over note: {error}")
        return None
    if stored.n > 1 or len(cut_over.lanes) > lanes:
        findings.add("cut-over", "there is more than one cut-over note, or one of more lanes")
    for lane, (size, root) in enumerate(cut_over.lanes[:lanes]):
        if size:
            claims.setdefault(lane, []).append(Claim(size, root, "the cut-over note", tiles=False))
    return cut_over
