"""Whether a log is the one that the keys belong to: one table of what was seen and what follows.

`prepare` asks before it makes anything, and gives a new log its name. `audit verify` asks the same
and reports it as a finding.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pymongo.database import Database

from deploy.belonging.names import (
    LogName,
    id_path,
    in_vault,
    keep_id,
    kept_id,
    log_name,
    new_id,
    write_name,
)
from deploy.belonging.traces import NOTHING, UNKNOWN, Around, Traces, traces
from shared.config import Databases, Secrets, Settings
from shared.eventlog import Keyring, Reason, open_stored
from shared.eventlog.signed.chain import head_chain
from shared.eventlog.signed.notes import BadNote, PublicKey, head_origin, key_id, split_note

BACK: Final = "bring its data back (is the folder mounted, the address right?)"
ANEW: Final = "or begin anew with --empty"
Document = dict[str, Any]


class NotOurs(Exception):
    """The databases are not those that the keys belong to; one sentence that says what to do."""


@dataclass(frozen=True)
class SeenLog:
    """What is known of a log and of the keys that are to be used with it.

    `kept` is the id beside the keys, `named` the id in the database (each empty without one).
    `stranger`: what is signed there, or the name itself, is by another key than ours. `vault`:
    whether the vault knows the id, None where the log has none. `place` and `keys` name the
    database and the folder of keys.
    """

    place: str
    keys: Path
    kept: str = ""
    named: str = ""
    stranger: bool = False
    empty: bool = True
    vault: bool | None = None
    traces: Traces = NOTHING


def verdict(seen: SeenLog, *, anew: bool = False) -> str:
    """Why this log must not be used with these keys, in one sentence; empty where it may be.

    `anew`: somebody really wants to begin a new log. Left-overs are accepted then; what would make
    the new log wrong is not.
    """
    return _foreign(seen) or _lost(seen, anew=anew) or _vault_elsewhere(seen)


def finding_kind(seen: SeenLog) -> str:
    """The stable word of the finding that `verdict` makes of this."""
    if _foreign(seen):
        return "another-log"
    return "empty-log" if seen.empty else "another-vault"


def _foreign(seen: SeenLog) -> str:
    """The log of somebody else, or another one of ours."""
    if seen.stranger:
        return (
            f"{seen.place} has the log of another installation: it is not signed with the key of "
            f"{seen.keys}. Give the address or the prefix of your own, or the keys of that one."
        )
    if seen.kept and seen.named and seen.kept != seen.named:
        return (
            f"{seen.place} has the log {seen.named}, but the keys in {seen.keys} belong to the log "
            f"{seen.kept}: give the address or the prefix of that one."
        )
    return ""


def _lost(seen: SeenLog, *, anew: bool) -> str:
    """Nothing in it, although something was."""
    if not seen.empty:
        return ""
    if seen.traces.binding:
        return (
            f"{seen.place} has no commit, but there are {_listed(seen.traces.binding)}: {BACK}; a "
            "new log needs a prefix and a topic of its own."
        )
    if seen.named or anew:
        return ""
    if seen.kept:
        return (
            f"{seen.place} has no log, but the keys in {seen.keys} belong to the log {seen.kept}: "
            f"{BACK}, {ANEW}."
        )
    if seen.traces.left:
        return (
            f"{seen.place} has no log, but there are {_listed(seen.traces.left)}: {BACK}, {ANEW}."
        )
    return ""


def _vault_elsewhere(seen: SeenLog) -> str:
    """The log is there, and the keys of its persons are not."""
    if seen.vault is not False or seen.empty:
        return ""
    return (
        f"The vault does not know the log {seen.named} of {seen.place}: the keys of persons are "
        "elsewhere. Give their address in CASELEDGER_VAULT_URI."
    )


def look(
    settings: Settings, secrets: Secrets, databases: Databases, around: Around = UNKNOWN
) -> SeenLog:
    """See a log as `verdict` judges it. Reads only.

    Raises:
        PyMongoError: the database does not answer.
    """
    name = log_name(databases.log)
    empty = databases.log["commits"].find_one({}, {"_id": 1}) is None
    kept = kept_id(secrets.folder)
    found = traces(settings, secrets, databases, around) if empty else NOTHING
    return SeenLog(
        place=log_place(settings),
        keys=secrets.folder,
        kept=kept,
        named=name.id if name else "",
        stranger=_is_strange(databases.log, settings, secrets, name),
        empty=empty,
        vault=None if name is None else in_vault(databases.vault, name.id),
        traces=found,
    )


def refuse_what_is_not_ours(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    around: Around = UNKNOWN,
    *,
    anew: bool = False,
) -> None:
    """Stop before anything is made in databases that are not those of these keys.

    Raises:
        NotOurs: with the sentence of `verdict`.
    """
    seen = look(settings, secrets, databases, around)
    sentence = verdict(seen, anew=anew)
    if sentence:
        raise NotOurs(sentence)


def claim_log(secrets: Secrets, databases: Databases) -> None:
    """Give the log its name, where it has none, and keep it beside the keys."""
    name = log_name(databases.log)
    if name is None or not in_vault(databases.vault, name.id):
        fresh = name or LogName(new_id(), _key(secrets))
        name = write_name(databases.log, databases.vault, fresh)
    if kept_id(secrets.folder) == name.id:
        return
    try:
        keep_id(secrets.folder, name.id)
    except OSError as error:
        sys.stderr.write(
            f"{id_path(secrets.folder)} cannot be written ({error.strerror}): put the line "
            f"{name.id} there, so that these keys are used with no other log.\n"
        )


def log_place(settings: Settings) -> str:
    """The log's database for people: prefix and servers, without user and password."""
    servers = urlsplit(settings.log_uri).netloc.rpartition("@")[2]
    return f"The database {settings.database_prefix} on {servers}"


def _is_strange(
    log: Database[Document], settings: Settings, secrets: Secrets, name: LogName | None
) -> bool:
    """Whether the name, the newest head note or else a commit of the log is by other keys."""
    if name is not None:
        return name.key != _key(secrets)
    note = head_chain(log).last()
    if note is not None:
        return not _signed_by(
            PublicKey(settings.installation, secrets.checkpoint_public), note.note
        )
    document = log["commits"].find_one({})
    if document is None:
        return False
    opened = open_stored(document, Keyring(secrets.writers))
    return any(wrong.reason is Reason.KEY for wrong in opened.wrong)


def _signed_by(key: PublicKey, note: str) -> bool:
    """Whether a line of the note says that this key signed it; a damaged note is not a strange one.

    Whether the signature holds is for `audit verify`.
    """
    own = key_id(head_origin(key.installation), key.public)
    try:
        signatures = split_note(note)[1]
    except BadNote:
        return True
    return any(signature[: len(own)] == own for _, signature in signatures)


def _key(secrets: Secrets) -> str:
    return secrets.checkpoint_public.hex()


def _listed(clauses: tuple[str, ...]) -> str:
    first, last = ", ".join(clauses[:-1]), "".join(clauses[-1:])
    return f"{first} and {last}" if first else last
