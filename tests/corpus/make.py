"""Writes the corpus file of each event type that has none yet, and nothing else.

`python -m tests.corpus.make`, after a new type or schema number got its sample in `samples.py`. A
file that is there is never written again: what was stored once must be readable for ever.
"""

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bson.binary import Binary
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.case.admin import catalogue, setting_aside
from shared.case.facts.fact import Fact
from shared.case.registry import data_of
from shared.eventlog import WRITES, Actor, Command, Commit, Draft, Loaded, Sealed, event_values
from shared.eventlog.building import build
from shared.eventlog.codec import sha256
from shared.eventlog.stored import document_of
from shared.kafka.headers import to_kafka
from shared.kafka.record import Signer, records_of
from shared.vault.keys import NONCE_BYTES
from shared.vault.vault import place_of
from tests.corpus.form import FOLDER, LANES, MANIFEST, digest_of, dumps, key, path_of, writer
from tests.corpus.samples import CASE, DOCUMENT, FACTS, PAPER, SEALED, SUBJECT, TRANSACTION

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
POSITION = 7
FIRST_OF_STREAM = {  # a stream begins with one of these; the other types follow it
    "case": ("intake.CaseSubmitted", "intake.FeeAssessed"),
    "notice": ("notify.NotificationQueued",),
    "document": ("issuance.DocumentNumbered",),
    "paper": ("issuance.PaperSigned",),
    "payment": ("intake.PaymentClaimed",),
    "payment/refund": ("intake.RefundClaimed",),
    "subject": ("vault.SubjectRegistered",),
    "catalogue": ("admin.CatalogueLoaded",),
    "aside": ("admin.CommitSetAside",),
}
BY_TYPE = {fact.TYPE: fact for fact in FACTS}


class FixedSealer:
    """Seals as the vault does, with keys and nonces that follow from their names."""

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        place = place_of(stream, version, field, value.key_ref)
        nonce = hashlib.sha256(place).digest()[:NONCE_BYTES]
        sealed = AESGCM(key(value.key_ref)).encrypt(nonce, value.plaintext.encode(), place)
        return nonce + sealed


def main() -> int:
    """Write what is missing; 1 when a file that the manifest names was changed or removed."""
    manifest = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {}
    FOLDER.mkdir(exist_ok=True)
    for name, digest in manifest.items():
        if not (FOLDER / name).exists() or digest_of(FOLDER / name) != digest:
            sys.stderr.write(f"{name} is not what the manifest says: restore it.\n")
            return 1
    for fact in FACTS:
        path = path_of(fact.TYPE, fact.SCHEMA)
        if path.exists():
            continue
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(dumps(content_of(fact)))
        manifest[path.name] = digest_of(path)
        sys.stdout.write(f"made {path.name}\n")
    text = json.dumps(dict(sorted(manifest.items())), indent=1) + "\n"
    MANIFEST.write_text(text, encoding="utf-8", newline="\n")
    return 0


def content_of(fact: Fact) -> dict[str, Any]:
    """A corpus file's content: the commit that holds the fact, its row and its records."""
    commit = commit_of(fact)
    values = event_values(commit)
    row = {
        "lane": commit.body.lane,
        "position": POSITION,
        "stream": commit.stream,
        "first_version": commit.first_version,
        "last_version": commit.last_version,
        "leaf": Binary(commit.leaf),
        "events": [Binary(sha256(value)) for value in values],
        "sequenced_at": NOW + timedelta(seconds=1),
    }
    signer = Signer(key("sequencer"))
    records = [
        {
            "partition": record.lane,
            "key": to_kafka(record)[0].decode(),
            "value": to_kafka(record)[1].decode(),
            "headers": [[name, value.decode()] for name, value in to_kafka(record)[2]],
        }
        for record in records_of(commit, lane=commit.body.lane, position=POSITION, signer=signer)
    ]
    plain = {
        f"{event.version}/{name}": SEALED[name][1]
        for event in commit.events
        for name in sorted(BY_TYPE[event.type].SEALED)
    }
    return {"document": document_of(commit), "row": row, "records": records, "plain": plain}


def commit_of(fact: Fact) -> Commit:
    """The fact as a commit of its stream: the first of it, or the one after the first."""
    stream = _stream_of(fact)
    back = "/refund" if "/refund/" in stream else ""
    first = FIRST_OF_STREAM[stream.partition("/")[0] + back]
    before = Loaded(stream=stream, commits=())
    beginning = _commit(before, *(BY_TYPE[name] for name in first))
    if first[0] == fact.TYPE:
        return beginning
    return _commit(Loaded(stream=stream, commits=(beginning,)), fact)


def _stream_of(fact: Fact) -> str:
    service, _, name = fact.TYPE.partition(".")
    if service == "notify":
        return f"notice/{CASE}"
    if service == "vault":
        return f"subject/{SUBJECT}"
    if service == "admin":
        aside = fact.TYPE == setting_aside.CommitSetAside.TYPE
        return setting_aside.aside_stream(1) if aside else catalogue.STREAM
    if type(fact).on_payment is not Fact.on_payment:
        back = "refund/" if name.startswith("Refund") else ""
        return f"payment/payment-gateway/{back}{getattr(fact, 'transaction', TRANSACTION)}"
    if type(fact).on_paper is not Fact.on_paper:
        return f"paper/{PAPER}"
    on_document = type(fact).on_document is not Fact.on_document
    late = name in {"StepOverdue", "FactCorrected"}  # everywhere; their samples are of a case
    return f"document/{DOCUMENT}" if on_document and not late else f"case/{CASE}"


def _writer_of(fact: Fact) -> str:
    """Who writes a fact."""
    return next(name for name, types in WRITES.items() if fact.TYPE in types)


def _commit(before: Loaded, *facts: Fact) -> Commit:
    service = facts[0].TYPE.partition(".")[0]
    by_person = not before.commits and service == "intake"
    actor = Actor(kind="system", ref=service, reason="reaction")
    if by_person:
        assurance = {"level": "substantial", "reference": "assured-1"}
        actor = Actor(kind="applicant", ref=SUBJECT, portal="portal-a", assurance=assurance)
    command_id = "http:" + "4" * 64 if by_person else f"reaction:corpus:{before.stream}/1"
    if before.stream.startswith("payment/"):
        actor = Actor(kind="gateway", ref="payment-gateway")
        command_id = f"gateway:claim:{facts[0].case}"  # type: ignore[attr-defined]
    seconds = len(before.commits)
    command = Command(
        command_id=command_id,
        actor=actor,
        now=NOW + timedelta(seconds=seconds),
        request_mac="request-1:" + "5" * 64 if by_person else None,
        causation=None if by_person else f"{before.stream}/1",
        correlation="11111111-2222-4333-8444-555555555555",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        authority="vault" if service == "vault" else "public-security",
    )
    drafts = [
        Draft(
            type=fact.TYPE,
            schema=fact.SCHEMA,
            data=data_of(fact),
            sealed={name: Sealed(*SEALED[name]) for name in sorted(fact.SEALED)},
        )
        for fact in facts
    ]
    return build(
        before,
        command,
        drafts,
        writer=writer(_writer_of(facts[0])),
        sealer=FixedSealer(),
        lanes=LANES,
        code_version="0.1.0",
    )


if __name__ == "__main__":
    sys.exit(main())
