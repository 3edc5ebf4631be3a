"""`caseledger audit …`: what anybody with the right to check can ask of the log."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, reporting, say, server_missing

if TYPE_CHECKING:
    from deploy.cli.session import Session
    from shared.audit import PublicKey

Since = Annotated[
    Path | None, typer.Option(help="An earlier `audit verify --json`: go on from there.")
]
Held = Annotated[
    list[Path] | None,
    typer.Option(help="A signed checkpoint that you hold from earlier: the log must contain it."),
]
Hash = Annotated[str, typer.Option("--hash", help="The hash of a receipt, 64 hex digits.")]
Target = Annotated[Path, typer.Argument(help="A new folder, or a new file ending in .tar.")]
Sealed = Annotated[bool, typer.Option("--sealed", help="With the sealed parts (ciphertext).")]

HASH_DIGITS = 64
SETTLE_S = 5.0
SETTLE_POLL_S = 0.1


def verify(*, since: Since = None, held: Held = None, as_json: Json = False) -> None:
    """Verify the whole log: bytes, chains, authors, ledger, trees and signed checkpoints."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        earlier = json.loads(since.read_text("utf-8")) if since else None
        notes = [path.read_text("utf-8") for path in held or ()]
        found = verified(session, since=earlier, trusted=notes)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show_verified, exit_code=code)


def reconcile(*, as_json: Json = False) -> None:
    """Prove stream by stream that everything in the log has its place in the ledger."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        found = reconciled(session)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show_findings, exit_code=code)


def proof(hash_: Hash, *, as_json: Json = False) -> None:
    """Prove that a receipt's commit is in the log, under a signed checkpoint."""
    from deploy.cli.session import opened
    from shared.audit import NotProven, check_proof, prove

    with reporting(as_json=as_json), opened() as session:
        if len(hash_) != HASH_DIGITS or set(hash_.lower()) - set("0123456789abcdef"):
            raise bad_use("A receipt's hash is 64 hexadecimal digits.")
        key = public_key(session)
        try:
            document = prove(session.databases.log, hash_.lower(), key=key)
        except NotProven as error:
            answer(
                {"ok": False, "hash": hash_, "findings": [str(error)]},
                as_json=as_json,
                show=_show_findings,
                exit_code=FINDINGS,
            )
        wrong = check_proof(document, hash_hex=hash_.lower(), key=key)
        found = {"ok": not wrong, "hash": hash_, "findings": wrong, "proof": document}
        code = FINDINGS if wrong else FINE
        answer(found, as_json=as_json, show=_show_proof, exit_code=code)


def export(target: Target, *, sealed: Sealed = False, as_json: Json = False) -> None:
    """Write all that an outsider needs to verify the log without us.

    The verifier is shared/audit/verifier.py: one file, taken from wherever you trust it.
    """
    from deploy.cli.session import opened
    from shared.audit.export import NothingSigned, export_log

    with reporting(as_json=as_json), opened() as session:
        if target.exists():
            raise bad_use(f"{target} is there already: an export is never written over another.")
        try:
            found = export_log(
                session.databases.log,
                target,
                key=public_key(session),
                writers=session.secrets.writers,
                sealed=sealed,
            )
        except NothingSigned as early:
            raise server_missing(str(early)) from early
        answer(found, as_json=as_json, show=lambda one: _show_exported(one, target))


def verified(
    session: "Session",
    *,
    since: Mapping[str, Any] | None = None,
    trusted: Sequence[str] = (),
) -> dict[str, Any]:
    """What the full verification finds, and whether the log is the one of these keys at all."""
    from shared.audit import verify_log
    from shared.eventlog import Keyring

    found = verify_log(
        session.databases.log,
        key=public_key(session),
        lanes=session.settings.lanes,
        writer_keys=Keyring(session.secrets.writers),
        since=since,
        trusted=trusted,
    )
    return _with_belonging(found, session)


def _with_belonging(found: dict[str, Any], session: "Session") -> dict[str, Any]:
    """The result with one finding more where the log is not that of the keys, or was emptied.

    `belonging` is "not checked" for a database role that may not read the log's name.
    """
    from pymongo.errors import OperationFailure

    from deploy.belonging.claiming import finding_kind, look, verdict
    from deploy.belonging.traces import UNAUTHORIZED

    try:
        seen = look(session.settings, session.secrets, session.databases)
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return found | {"belonging": "not checked"}
    found |= {"belonging": "checked"}
    sentence = verdict(seen)
    if not sentence:
        return found
    nowhere = dict.fromkeys(("lane", "position", "stream", "version"))
    finding = {"kind": finding_kind(seen), **nowhere, "detail": sentence}
    return found | {
        "ok": False,
        "findings": [finding, *found["findings"]],
        "findings_count": found["findings_count"] + 1,
    }


def reconciled(session: "Session") -> dict[str, Any]:
    """Whether everything in the log has its place in the ledger, bounded by its present heads.

    What is on its way gets a few seconds to arrive.
    """
    import msgspec

    from shared.eventlog import open_store
    from shared.relay.process.reconcile import reconcile as reconcile_log

    lanes = range(session.settings.lanes)
    store = open_store(session.settings, session.secrets, session.databases)
    report = reconcile_log(
        session.databases.log, lanes, store.door, aside=store.aside, settle=_settle
    )
    found: dict[str, Any] = msgspec.to_builtins(report)
    return found


def _settle(settled: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not settled() and time.monotonic() < deadline:
        time.sleep(SETTLE_POLL_S)


def public_key(session: "Session") -> "PublicKey":
    """The key that checkpoints are signed with, its public half."""
    from shared.audit import PublicKey

    return PublicKey(session.settings.installation, session.secrets.checkpoint_public)


def _show_verified(found: Mapping[str, Any]) -> None:
    for lane in found["lanes"]:
        signed = f"signed up to {lane['signed_size']}"
        say(f"lane {lane['lane']}  {lane['size']:>8} commits  root {lane['root'][:16]}  {signed}")
    say(f"{found['commits']} commits, authors {found['macs']}, {found['pending']} on their way")
    _show_findings(found)


def _show_findings(found: Mapping[str, Any]) -> None:
    for finding in found["findings"]:
        say(f"WRONG  {finding if isinstance(finding, str) else json.dumps(finding, default=str)}")
    say("Nothing is wrong." if found["ok"] else "See the findings above.")


def _show_proof(found: Mapping[str, Any]) -> None:
    say(json.dumps(found["proof"], indent=2))
    _show_findings(found)


def _show_exported(found: Mapping[str, Any], target: Path) -> None:
    say(json.dumps(found, indent=2, default=str))
    say(f"Written to {target}.")
