"""Uploads and signed papers: sealed under a key of their own, stored insert-only in GridFS.

An upload is opened first, in a process of its own (shared/files); a paper is our own.

The log holds the SHA-256 of the ciphertext. It proves which bytes were handed in, and reveals
nothing once the key is destroyed.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from gridfs import GridFSBucket
from gridfs.errors import NoFile
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE
from shared.eventlog import Actor
from shared.eventlog.errors import LogCorrupt, NotFound
from shared.files import Looker, Measures
from shared.security.data_classes import DataClass
from shared.vault.access import NOBODY_SAID, AccessRecord, ReadAs, RecordedReading
from shared.vault.errors import UploadReused, VaultUnavailable
from shared.vault.keys import Keys, decrypt, encrypt

BUCKET = "blobs"
MOST_AGAIN = 100  # how often one file of one person can go and come again


@dataclass(frozen=True)
class BlobRef:
    """A stored upload: its id, its owner's reference, SHA-256 (hex) of the sealed bytes.

    `size` and `media_type`: as it is stored. `received_size`, `received_type`: as it was handed in;
    a scan is stored smaller. `measures`: of a picture, as it came; None for what came before they
    were kept.
    """

    id: str
    owner: str
    sha256: str
    media_type: str
    size: int
    received_size: int
    received_type: str
    measures: Measures | None = None


class Blobs:
    """The blob store behind intake's uploads. Content is only ever added."""

    def __init__(
        self,
        log: Database[dict[str, Any]],
        keys: Keys,
        access: AccessRecord,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._bucket = GridFSBucket(log, BUCKET, write_concern=DURABLE)
        self._files = log[f"{BUCKET}.files"]
        self._keys = keys
        self._access = access
        self._now = now
        self.looker = Looker()

    def put(self, content: bytes, *, owner: str, blob_id: str) -> BlobRef:
        """Store an upload. Idempotent: the same id with the same content gives the same reference.

        Raises:
            FileRefused, FileLookerBusy, UploadReused, Erased, VaultUnavailable.
        """
        known = self._row(blob_id)
        if known is None:  # a repeat is not opened again: its bytes are compared
            mime, measured = self.looker.look(content)
            known = self._store(content, mime, owner, blob_id, measured=measured)
        # Of what was handed in: who has the file can have it compared for as long as the key lives.
        mac = self._content_mac(blob_id, content)
        if not hmac.compare_digest(known["metadata"]["content_mac"], mac):
            raise UploadReused("This Idempotency-Key came before with another upload.")
        return _ref(known)

    def keep(self, content: bytes, *, owner: str, blob_id: str, kind: str) -> BlobRef:
        """Store a file that we made ourselves, of the media type `kind`: the first one stays.

        Raises:
            Erased, VaultUnavailable.
        """
        return _ref(self._row(blob_id) or self._store(content, kind, owner, blob_id))

    def stored_as(self, blob_id: str) -> str:
        """The id under which an upload is stored: the first of its own that did not go before.

        Raises:
            VaultUnavailable.
        """
        if not self.gone(blob_id):
            return blob_id
        others = [f"{blob_id}-{number}" for number in range(1, MOST_AGAIN)]
        before = self.gone(*others)
        return next((one for one in others if one not in before), blob_id)

    def gone(self, *blob_ids: str) -> set[str]:
        """Those of these whose key is destroyed: nobody can open them any more.

        Raises:
            VaultUnavailable.
        """
        names = {_key_ref(blob_id): blob_id for blob_id in blob_ids}
        try:
            return {names[ref] for ref in self._keys.destroyed(names)}
        except PyMongoError as error:
            raise VaultUnavailable("The key vault cannot be read.") from error

    def destroy(self, blob_id: str, *, now: datetime) -> None:
        """Destroy the key of an upload; the sealed bytes stay, as after an erasure.

        Raises:
            VaultUnavailable.
        """
        row = self._row(blob_id)
        if row is not None:  # else it was announced, and never stored
            self._keys.destroy(_key_ref(blob_id), owner=row["metadata"]["owner"], now=now)

    def find(self, *blob_ids: str) -> dict[str, BlobRef]:
        """What is stored under each id, found in one read; an id without an upload is left out."""
        if not blob_ids:
            return {}
        try:
            rows = list(self._files.find({"filename": {"$in": sorted(set(blob_ids))}}))
        except PyMongoError as error:
            raise VaultUnavailable("The blob store cannot be read.") from error
        return {row["filename"]: _ref(row) for row in rows}

    def read(
        self,
        blob_id: str,
        *,
        reader: Actor,
        why: str,
        read_as: ReadAs = NOBODY_SAID,
        place: str = "",
        data_class: DataClass = DataClass.DOCUMENT,
        anew: bool = False,
    ) -> bytes:
        """The content of a stored file; the reading is recorded first.

        `place`: where the record says that it was read; else it is the file's own. `anew`: a
        picture is made anew, without what a camera wrote beside it.

        Raises:
            NotFound, Erased, VaultUnavailable, LogCorrupt; FileLookerBusy for one made anew.
        """
        row = self._row(blob_id)
        if row is None:
            raise NotFound("There is no such file.")
        key = self._keys.get(_key_ref(blob_id))
        reading = RecordedReading(
            place=place or _key_ref(blob_id),
            classes=(data_class,),
            reader=reader,
            why=why,
            read_as=read_as,
        )
        self._access.note(reading, now=self._now())
        try:
            sealed = self._bucket.open_download_stream(row["_id"]).read()
        except (NoFile, PyMongoError) as error:
            raise VaultUnavailable("The blob store cannot be read.") from error
        try:
            content = decrypt(key, sealed, _key_ref(blob_id).encode())
        except InvalidTag as error:
            raise LogCorrupt(f"The upload {blob_id} does not open.") from error
        if not self._keys.fresh(_key_ref(blob_id)):
            self._keys.get(_key_ref(blob_id))
        return self.looker.copied(content) if anew else content

    def _store(
        self,
        content: bytes,
        mime: str,
        owner: str,
        blob_id: str,
        *,
        measured: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        self._keys.get(f"subject/{owner}")  # an erased person cannot upload
        self._keys.make(_key_ref(blob_id), owner=owner, now=self._now())
        kept, kept_type = self.looker.compressed(content, mime) if measured else (content, mime)
        sealed = encrypt(self._keys.get(_key_ref(blob_id)), kept, _key_ref(blob_id).encode())
        metadata = {
            "owner": owner,
            "media_type": kept_type,
            "size": len(kept),
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "content_mac": self._content_mac(blob_id, content),
            "received": {"size": len(content), "media_type": mime},
            **({"measured": dict(measured)} if measured else {}),
        }
        try:
            self._bucket.upload_from_stream(blob_id, sealed, metadata=metadata)
        except DuplicateKeyError:
            pass  # a concurrent repeat won: its row exists, ours is only a stray chunk
        except PyMongoError as error:
            raise VaultUnavailable("The blob store cannot be written.") from error
        row = self._row(blob_id)
        if row is None:
            raise VaultUnavailable("The blob store does not show what it stored.")
        return row

    def _row(self, blob_id: str) -> dict[str, Any] | None:
        try:
            return self._files.find_one({"filename": blob_id})
        except PyMongoError as error:
            raise VaultUnavailable("The blob store cannot be read.") from error

    def _content_mac(self, blob_id: str, content: bytes) -> str:
        """A keyed digest that detects a reused id with different content."""
        key = self._keys.get(_key_ref(blob_id))
        return hmac.new(key, content, hashlib.sha256).hexdigest()


def for_case(case: str, rest: str) -> str:
    """The id of a file that an office stores for a case."""
    return f"{case}-{rest}"


def of_case(blob_id: str, case: str) -> bool:
    """Whether an office stored this file for the case."""
    return blob_id.startswith(for_case(case, ""))


def _key_ref(blob_id: str) -> str:
    return f"blob/{blob_id}"


def _ref(row: dict[str, Any]) -> BlobRef:
    meta = row["metadata"]
    came = meta.get("received") or meta  # before scans were made smaller: as it is stored
    return BlobRef(
        id=row["filename"],
        owner=meta["owner"],
        sha256=meta["sha256"],
        media_type=meta["media_type"],
        size=meta["size"],
        received_size=came["size"],
        received_type=came["media_type"],
        measures=Measures.of(meta.get("measured"), came["size"]),
    )


def prepare(log: Database[dict[str, Any]]) -> None:
    """Create the blob store's indexes, when an installation is set up."""
    log[f"{BUCKET}.files"].create_index([("filename", ASCENDING)], name="blob", unique=True)
    log[f"{BUCKET}.chunks"].create_index(
        [("files_id", ASCENDING), ("n", ASCENDING)], name="files_id_1_n_1", unique=True
    )
