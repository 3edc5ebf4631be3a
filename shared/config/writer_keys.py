"""The writers' public keys, and how the two halves of a key are made and kept.

`writers.json` in the folder of secrets is public: every process and every auditor reads it. An
entry names its algorithm, so that a key of one algorithm can never serve for another. The private
half is in `writer-<name>.ed25519`, and only in the folder of who writes as that writer.
"""

import base64
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.config.settings import SettingsError
from shared.config.wall_clock import utc_now

WRITERS: Final = ("intake", "review", "issuance", "notify", "admin", "registrar", "vault")
ED25519: Final = "ed25519"
HMAC: Final = "hmac-sha256"
PUBLIC_BYTES: Final = 32


class KeyEntry(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """One key of a writer. `public` is the base64 of its 32 raw bytes, for Ed25519 alone.

    `since` (`from` in the file) says when it came into use, for people. A commit signed with it and
    recorded after `until` is not believed; of an HMAC key the cut-over note decides. RFC 3339.
    """

    id: str
    writer: str
    algorithm: Literal["ed25519", "hmac-sha256"]
    public: str | None = None
    since: str = ""
    until: str | None = None


class _File(msgspec.Struct):
    keys: tuple[KeyEntry, ...]


def writers_path(folder: Path) -> Path:
    """Where the public keys are."""
    return folder / "writers.json"


def read_entries(folder: Path) -> tuple[KeyEntry, ...]:
    """The keys of all writers, in the order of the file.

    Raises:
        SettingsError: there is no such file, or it is another one; in one sentence.
    """
    path = writers_path(folder)
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=_File).keys
    except OSError as error:
        raise SettingsError(f"The writers' public keys are missing: {path}.") from error
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{path} is not a list of writers' keys ({error}).") from error
    _check(entries, path)
    return entries


def _check(entries: Sequence[KeyEntry], path: Path) -> None:
    ids = [entry.id for entry in entries]
    for entry in entries:
        if ids.count(entry.id) > 1:
            raise SettingsError(f"{path} has two keys of the id {entry.id}.")
        if entry.writer not in WRITERS:
            raise SettingsError(f"{path} has a key of {entry.writer}, which is no writer.")
        public = public_bytes(entry)
        if (len(public) == PUBLIC_BYTES) is not (entry.algorithm == ED25519):
            raise SettingsError(f"The public key of {entry.id} in {path} is not one.")


def public_bytes(entry: KeyEntry) -> bytes:
    """The 32 bytes of a public key; empty where the entry has none or another text."""
    try:
        return base64.b64decode(entry.public or "", validate=True)
    except ValueError:
        return b"?"


def write_entries(folder: Path, entries: Iterable[KeyEntry]) -> None:
    """Replace the file as a whole and durably: a reader sees the old one or the new one."""
    path = writers_path(folder)
    fresh = path.with_suffix(".new")
    content = msgspec.json.format(msgspec.json.encode(_File(tuple(entries))), indent=1)
    with fresh.open("wb") as file:
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renamed and deleted names of a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_path(folder: Path, writer: str) -> Path:
    """Where the private key of a writer is."""
    return folder / f"writer-{writer}.ed25519"


def read_private(path: Path) -> Ed25519PrivateKey:
    """An Ed25519 key from an unencrypted PEM file.

    Raises:
        SettingsError: there is no such file, or it holds something else.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(f"The secret {path.stem} is missing: {path}.") from error
    except ValueError as error:
        raise SettingsError(f"The secret {path.stem} at {path} is no PEM key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"The secret {path.stem} at {path} is no Ed25519 key.")
    return key


def private_pem() -> bytes:
    """A new Ed25519 key, as an unencrypted PKCS 8 PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def encoded(key: Ed25519PrivateKey) -> str:
    """The public half of a key, as an entry has it."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def add_missing(folder: Path, old: Iterable[str]) -> None:
    """Complete `writers.json`: an entry of each private key here, and of each old HMAC key's id.

    Entries that are there stay. A new id counts on from the ids of its writer, whatever their
    algorithm was, so that an id keeps meaning one key.
    """
    there = writers_path(folder).exists()
    entries = list(read_entries(folder)) if there else []
    known = {entry.id for entry in entries}
    entries += [
        KeyEntry(id=key_id, writer=key_id.rpartition("-")[0], algorithm=HMAC)
        for key_id in old
        if key_id not in known
    ]
    for writer in WRITERS:
        path = private_path(folder, writer)
        if path.exists():
            public = encoded(read_private(path))
            if public not in {entry.public for entry in entries}:
                entries.append(_next_entry(entries, writer, public))
    if not there or len(entries) > len(known):
        write_entries(folder, entries)


def _next_entry(entries: Iterable[KeyEntry], writer: str, public: str) -> KeyEntry:
    numbers = [
        int(number)
        for number in (e.id.rpartition("-")[2] for e in entries if e.writer == writer)
        if number.isdecimal()
    ]
    return KeyEntry(
        id=f"{writer}-{max(numbers, default=0) + 1}",
        writer=writer,
        algorithm=ED25519,
        public=public,
        since=utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
