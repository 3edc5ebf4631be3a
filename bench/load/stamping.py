"""A new case after a template: its own person, ids, keys and bytes, by the code's own functions."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from bson import ObjectId
from bson.binary import Binary

from bench.load.template import (
    BLOB,
    CASE,
    DOCUMENT,
    SHA256,
    SUBJECT,
    TRANSACTION,
    Document,
    Pattern,
    Template,
    drawn,
)
from services.issuance.numbers.store import Owner, document_id
from services.notify.channels.message import message_id
from shared.config import Secrets, Settings
from shared.eventlog import Actor, Command, Commit, Draft, Loaded, Sealed, Writer
from shared.eventlog.building import build, lane_of
from shared.eventlog.opening import code_version
from shared.security.digests import case_id
from shared.vault import Vault
from shared.vault.keys import encrypt

REF_BYTES = 16
CHUNK_BYTES = 255 * 1024
PORTAL = "local-portal"


@dataclass(frozen=True)
class Person:
    """A made-up person's references, drawn before anything is sealed for them."""

    sign_in: str
    subject: str
    case: str
    blob: str
    document: str
    number: int

    @property
    def key_names(self) -> list[tuple[str, str]]:
        """The keys that the person's data are sealed under, each with its owner."""
        names = (f"subject/{self.subject}", f"case/{self.case}", f"blob/{self.blob}")
        return [(name, self.subject) for name in names]


@dataclass(frozen=True)
class Stamped:
    """What one new case puts into the collections; its ledger, records and views are not here."""

    commits: list[Commit]
    timers: list[Document]
    access: list[Document]
    blob_file: Document
    blob_chunk: Document
    number: Document | None
    subject: Document


@dataclass
class Stamp:
    """Makes cases for one installation with its own keys. `installation` names its messages."""

    settings: Settings
    secrets: Secrets
    vault: Vault

    def __post_init__(self) -> None:
        names = ("intake", "review", "issuance", "notify", "vault", "registrar")
        self._writers = {name: Writer(name, *self.secrets.writer_key(name)) for name in names}
        self._code_version = code_version()

    def person(self, sign_in: str, number: int) -> Person:
        """References as the services make them; `number` of a document, 0 for none."""
        case = case_id(
            self.secrets.case_id_keys[0],
            issuer=self.settings.issuer,
            portal=PORTAL,
            subject=sign_in,
            idempotency_key=sign_in,
        )
        document = document_id(self.secrets.case_id_keys[-1], Owner(case=case, grant=1))
        return Person(
            sign_in=sign_in,
            subject=secrets.token_hex(REF_BYTES),
            case=case,
            blob=secrets.token_hex(REF_BYTES),
            document=document,
            number=number,
        )

    def case(self, template: Template, person: Person) -> Stamped:
        """One case; the person's keys are made already."""
        sealed = self._sealed_upload(template, person)
        names = {
            CASE: person.case,
            SUBJECT: person.subject,
            BLOB: person.blob,
            DOCUMENT: person.document,
            SHA256: hashlib.sha256(sealed).hexdigest(),
            TRANSACTION: f"fill-{secrets.token_hex(8)}",
        } | {place: drawn(place) for place in template.requests}
        first = template.patterns[0].recorded_at
        blob_file, blob_chunk = self._upload_rows(template, person, sealed, at=first)
        number = None
        if person.number:
            number = {
                "_id": f"{template.scheme}/{person.number}",
                "owner": Owner(case=person.case, grant=1).key,
                "document": person.document,
                "reserved_at": first,
            }
        return Stamped(
            commits=self._commits(template, person, names),
            timers=self._timers(template, names),
            access=[row | {"place": _filled(place, names)} for place, row in template.access],
            blob_file=blob_file,
            blob_chunk=blob_chunk,
            number=number,
            subject={"_id": self._digest(person.sign_in), "ref": person.subject},
        )

    def _commits(
        self, template: Template, person: Person, names: Mapping[str, str]
    ) -> list[Commit]:
        heads: dict[str, Loaded] = {}
        found: list[Commit] = []
        for pattern in template.patterns:
            text = orjson.loads(_filled(pattern.text, names))
            stream = text["stream"]
            commit = self._commit(pattern, text, heads.get(stream), person, names)
            heads[stream] = Loaded(stream=stream, commits=(commit,))  # build asks for the last one
            found.append(commit)
        return found

    def _commit(
        self,
        pattern: Pattern,
        text: Document,
        head: Loaded | None,
        person: Person,
        names: Mapping[str, str],
    ) -> Commit:
        drafts = [
            self._draft(event, place, pattern, person, names)
            for place, event in enumerate(text["events"])
        ]
        command = Command(
            command_id=text["command_id"],
            actor=Actor(**text["actor"]),
            now=pattern.recorded_at,
            request_mac=text["request_mac"],
            causation=text["causation"],
            correlation=text["correlation"],
            authority=text["authority"],
        )
        return build(
            head or Loaded(stream=text["stream"], commits=()),
            command,
            drafts,
            writer=self._writers[pattern.writer],
            sealer=self.vault,
            lanes=self.settings.lanes,
            code_version=self._code_version,
        )

    def _draft(
        self,
        event: Document,
        place: int,
        pattern: Pattern,
        person: Person,
        names: Mapping[str, str],
    ) -> Draft:
        data: Document = event["data"]
        if "scheme" in data and "number" in data:
            data["number"] = person.number
        if event["type"] == "notify.NotificationSent":
            data["reference"] = message_id(data["notice"], self.settings.installation)
        sealed = {
            name: Sealed(_filled(key_ref, names), plaintext)
            for (at, name), (key_ref, plaintext) in pattern.sealed.items()
            if at == place
        }
        return Draft(type=event["type"], schema=event["schema"], data=data, sealed=sealed)

    def _timers(self, template: Template, names: Mapping[str, str]) -> list[Document]:
        found = []
        for text, times in zip(template.timers, template.timer_times, strict=True):
            row: Document = orjson.loads(_filled(text, names))
            found.append(row | dict(times) | {"lane": lane_of(row["stream"], self.settings.lanes)})
        return found

    def _sealed_upload(self, template: Template, person: Person) -> bytes:
        key_ref = f"blob/{person.blob}"
        return encrypt(self.vault.keys.get(key_ref), template.content, key_ref.encode())

    def _upload_rows(
        self, template: Template, person: Person, sealed: bytes, *, at: Any
    ) -> tuple[Document, Document]:
        """The two rows that GridFS keeps of a small file, as `Blobs.put` stores it."""
        assert len(sealed) <= CHUNK_BYTES
        file_id = ObjectId()
        key = self.vault.keys.get(f"blob/{person.blob}")
        metadata = {
            "owner": person.subject,
            "media_type": template.media_type,
            "size": len(template.content),
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "content_mac": hmac.new(key, template.content, hashlib.sha256).hexdigest(),
        }
        file = {
            "_id": file_id,
            "filename": person.blob,
            "metadata": metadata,
            "chunkSize": CHUNK_BYTES,
            "length": len(sealed),
            "uploadDate": at,
        }
        return file, {"_id": ObjectId(), "files_id": file_id, "n": 0, "data": Binary(sealed)}

    def _digest(self, sign_in: str) -> str:
        """The key of the vault's map from a sign-in to a reference (`vault.subjects`)."""
        message = self.settings.issuer.encode() + b"\x00" + sign_in.encode()
        return hmac.new(self.secrets.subject_key, message, hashlib.sha256).hexdigest()


def _filled(text: str, names: Mapping[str, str]) -> str:
    for place, value in names.items():
        if place in text:
            text = text.replace(place, value)
    return text
