"""The keys of an installation, one file each, readable by their process alone.

A production process is given a folder with just the files it needs. The embedded start makes all
of them once. A file that is not there is an error only when it is asked for.
"""

import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from shared.config.settings import SettingsError

WRITERS = ("intake", "review", "issuance", "notify", "vault", "admin")
SYMMETRIC = ("request", "case-id", "sequencer", "gateway", "subject", "kek")
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

    def writer_key(self, writer: str) -> tuple[str, bytes]:
        """Id and key with which `writer` authenticates its commits, e.g. `("intake-1", …)`."""
        key_id, key = self.keys(f"writer-{writer}")[0]
        return key_id.removeprefix("writer-"), key

    def verify_keys(self) -> dict[str, bytes]:
        """Every writer's keys that are in the folder, by id: for the sequencer and auditors."""
        return {
            key_id.removeprefix("writer-"): key
            for writer in WRITERS
            if (self.folder / f"writer-{writer}.key").exists()
            for key_id, key in self.keys(f"writer-{writer}")
        }

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
    def checkpoint_key_path(self) -> Path:
        """PEM file of the Ed25519 key that signs checkpoints."""
        return self.folder / "checkpoint.ed25519"


def create_missing(folder: Path) -> None:
    """Make every secret that is not there yet (files 0600, folder 0700); keep what is there.

    For the embedded start. The token issuer's keys are `shared.security`'s own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (*SYMMETRIC, *(f"writer-{writer}" for writer in WRITERS)):
        _write_new(folder / f"{name}.key", random.token_hex(KEY_BYTES).encode("ascii") + b"\n")
    _write_new(folder / "checkpoint.ed25519", _private_pem())


def _private_pem() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_new(path: Path, content: bytes) -> None:
    """Write a file nobody else may read; leave it alone when it exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)
