"""The keys of an installation, one file each, readable by their process alone.

A production process is given a folder with just the files it needs. The embedded start makes all
of them once. A file that is not there is an error only when it is asked for.
"""

import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.config.paper_keys import (
    AUTHORITY,
    AUTHORITY_KEY,
    CERTIFICATE,
    KEY_SET,
    SIGNING_KEY,
    STATEMENT_KEY,
    PaperKeySet,
    new_authority,
    new_certificate,
    paper_key_id,
    read_key_set,
    with_key,
)
from shared.config.settings import SettingsError
from shared.config.writer_keys import (
    ED25519,
    WRITERS,
    KeyEntry,
    add_missing,
    encoded,
    private_path,
    private_pem,
    read_entries,
    read_private,
)

SYMMETRIC = ("request", "case-id", "sequencer", "gateway", "subject", "kek", "portal")
KEY_BYTES = 32


@dataclass(frozen=True)
class Secrets:
    """Keys by name, read from `folder` when asked for.

    A key file holds one key a line (64 hex digits), the present one first, older ones after it:
    rotation is to put a new first line. The id of a key is `<name>-<n>`, n counted from the last
    line, so that an id keeps meaning the same key.
    """

    folder: Path

    @classmethod
    def load(cls, folder: Path) -> "Secrets":
        """Point at a folder of key files; nothing is read yet.

        Raises:
            SettingsError: when there is no such folder.
        """
        if not folder.is_dir():
            raise SettingsError(f"There is no folder of secrets at {folder}.")
        return cls(folder)

    def keys(self, name: str) -> list[tuple[str, bytes]]:
        """All keys of a name with their ids, newest first.

        Raises:
            SettingsError: when the file is absent or no hex.
        """
        path = self.folder / f"{name}.key"
        try:
            lines = path.read_text("ascii").split()
            found = [bytes.fromhex(line) for line in lines]
        except OSError as error:
            raise SettingsError(f"The secret {name} is missing: {path}.") from error
        except ValueError as error:
            raise SettingsError(f"The secret {name} at {path} is not hexadecimal.") from error
        if not found or any(len(key) != KEY_BYTES for key in found):
            raise SettingsError(f"The secret {name} at {path} must have keys of 32 bytes.")
        return [(f"{name}-{len(found) - n}", key) for n, key in enumerate(found)]

    def line(self, name: str) -> str:
        """The first line of a file that holds a text of somebody else's, such as a password.

        Raises:
            SettingsError: the file is absent, or its line is empty or not printable ASCII.
        """
        path = self.folder / name
        try:
            line = path.read_bytes().partition(b"\n")[0].removesuffix(b"\r").decode("ascii")
        except OSError as error:
            raise SettingsError(f"The secret {name} is missing: {path}.") from error
        except ValueError:
            line = ""  # the bytes of a secret are in no message, not even in a chained one
        if not line or not line.isprintable():
            raise SettingsError(f"The secret {name} at {path} must be one line of ASCII.")
        return line

    def writer_key(self, writer: str) -> tuple[str, Ed25519PrivateKey]:
        """Id and private key with which `writer` signs its commits, e.g. `("intake-1", …)`.

        Raises:
            SettingsError: the key is absent, or `writers.json` does not know it as present.
        """
        key = read_private(private_path(self.folder, writer))
        public = encoded(key)
        for entry in self.writers:
            if entry.public == public and entry.writer == writer and entry.algorithm == ED25519:
                if entry.until is not None:
                    raise SettingsError(f"The key {entry.id} of {writer} is in use no longer.")
                return entry.id, key
        raise SettingsError(f"The public key of {writer} is not in writers.json.")

    @property
    def writers(self) -> tuple[KeyEntry, ...]:
        """The public keys of all writers, which every process and every auditor reads."""
        return read_entries(self.folder)

    def old_writer_keys(self) -> dict[str, bytes]:
        """The HMAC keys of before the signatures that are still here, by id: for the cut-over."""
        return {
            key_id.removeprefix("writer-"): key
            for path in self.old_writer_paths
            for key_id, key in self.keys(path.stem)
        }

    @property
    def old_writer_paths(self) -> list[Path]:
        """The files of these keys; none after the cut-over, and none where it never was needed."""
        return sorted(self.folder.glob("writer-*.key"))

    @property
    def request_keys(self) -> dict[str, bytes]:
        """Keys of the request fingerprint by id, newest first."""
        return dict(self.keys("request"))

    @property
    def case_id_keys(self) -> list[bytes]:
        """Keys that case ids are derived with, newest first."""
        return [key for _, key in self.keys("case-id")]

    @property
    def sequencer_key(self) -> bytes:
        """Key of the MAC on every record of the topic."""
        return self.keys("sequencer")[0][1]

    @property
    def gateway_keys(self) -> list[bytes]:
        """Keys of the payment gateway's signatures, newest first."""
        return [key for _, key in self.keys("gateway")]

    @property
    def subject_key(self) -> bytes:
        """Key of the map from (issuer, subject) to the random reference."""
        return self.keys("subject")[0][1]

    @property
    def kek(self) -> list[tuple[str, bytes]]:
        """Key-encryption keys with ids, newest first."""
        return self.keys("kek")

    @property
    def paper_keys(self) -> PaperKeySet:
        """The published keys with which anybody checks a paper."""
        return read_key_set(self.folder)

    def statement_key(self) -> tuple[str, Ed25519PrivateKey]:
        """Id and private key of the statement in a paper's QR.

        Raises:
            SettingsError: it is absent, or not published.
        """
        key = read_private(self.folder / STATEMENT_KEY)
        return paper_key_id(self.paper_keys, key), key

    @property
    def checkpoint_key_path(self) -> Path:
        """PEM file of the Ed25519 key that signs checkpoints: the sequencer's alone."""
        return self.folder / "checkpoint.ed25519"

    @property
    def checkpoint_public(self) -> bytes:
        """The 32 bytes of the key that checkpoints are verified with (`checkpoint.pub`, PEM).

        Raises:
            SettingsError: it is absent, or another kind of key.
        """
        path = self.folder / "checkpoint.pub"
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except OSError as error:
            raise SettingsError(f"The public key of the checkpoints is missing: {path}.") from error
        except ValueError as error:
            raise SettingsError(f"{path} is no PEM public key.") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SettingsError(f"{path} is no Ed25519 public key.")
        return key.public_bytes_raw()


def create_missing(folder: Path) -> None:
    """Make every secret that is not there yet (files 0600, folder 0700); keep what is there.

    For the embedded start. The token issuer's keys are `shared.security`'s own. In a folder of
    before the signatures the old writers' keys stay until the cut-over took place.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SYMMETRIC:
        _write_new(folder / f"{name}.key", random.token_hex(KEY_BYTES).encode("ascii") + b"\n")
    for writer in WRITERS:
        _write_new(private_path(folder, writer), private_pem())
    secrets = Secrets(folder)
    _write_new(secrets.checkpoint_key_path, private_pem())
    _write_new(folder / "checkpoint.pub", _public_pem(read_private(secrets.checkpoint_key_path)))
    add_missing(folder, secrets.old_writer_keys())
    _create_paper_keys(folder)


def _create_paper_keys(folder: Path) -> None:
    """Make the keys of papers that are not there yet; a new statement key is published too."""
    if not (folder / AUTHORITY).exists():
        key, certificate = new_authority()
        _write_new(folder / AUTHORITY_KEY, key)
        _write_new(folder / AUTHORITY, certificate)
    authority = (folder / AUTHORITY).read_bytes()
    if not (folder / CERTIFICATE).exists():
        key, certificate = new_certificate((folder / AUTHORITY_KEY).read_bytes(), authority)
        _write_new(folder / SIGNING_KEY, key)
        _write_new(folder / CERTIFICATE, certificate)
    _write_new(folder / STATEMENT_KEY, private_pem())
    published = read_key_set(folder) if (folder / KEY_SET).exists() else None
    wanted = with_key(published, read_private(folder / STATEMENT_KEY), authority)
    if wanted != published:
        (folder / KEY_SET).unlink(missing_ok=True)
        _write_new(folder / KEY_SET, msgspec.json.format(msgspec.json.encode(wanted)) + b"\n")


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _write_new(path: Path, content: bytes) -> None:
    """Write a file nobody else may read, whole or not at all; leave it alone when it exists."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # fails where somebody else was first: theirs stays
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
