"""How a corpus file is laid out, for who makes them and who checks them.

A file holds one commit as it is stored, its ledger row, and its records as they are on the topic:
`{"document", "row", "records": [{"partition", "key", "value", "headers"}], "plain"}`, the first two
in MongoDB's canonical extended JSON. `plain` has the plaintexts of the sealed fields. The keys are
derived from their names, so that nothing but names is needed to check a file.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from bson import json_util
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.eventlog import KeyEntry, Keyring, Writer

FOLDER = Path(__file__).parent / "commits"
MANIFEST = Path(__file__).parent / "manifest.json"
OLD_WRITERS = ("intake", "review", "issuance", "notify", "vault", "admin")
WRITERS = (*OLD_WRITERS, "registrar")
LANES = 4


class Message(NamedTuple):
    """A consumed message as `from_kafka` wants it."""

    partition: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def key(name: str) -> bytes:
    """The corpus's 32-byte key of that name: `writer/intake`, `sequencer`, `subject/<ref>`, …"""
    return hashlib.sha256(f"caseledger corpus: {name}".encode()).digest()


def writer(name: str) -> Writer:
    """Who signs a commit that is made now. The first keys, `<name>-1`, made HMACs."""
    return Writer(name, f"{name}-2", Ed25519PrivateKey.from_private_bytes(key(f"signer/{name}")))


def verify_keys() -> Keyring:
    """The writers' keys; the old ones too, as at the cut-over."""
    old = {f"{name}-1": key(f"writer/{name}") for name in OLD_WRITERS}
    entries = [KeyEntry(id=i, writer=i.removesuffix("-1"), algorithm="hmac-sha256") for i in old]
    for name in WRITERS:
        public = base64.b64encode(writer(name).key.public_key().public_bytes_raw()).decode()
        entries.append(KeyEntry(id=f"{name}-2", writer=name, algorithm="ed25519", public=public))
    return Keyring(entries, old=old)


def path_of(type_: str, schema: int) -> Path:
    """Where the file of a type and schema number is."""
    return FOLDER / f"{type_}-{schema}.json"


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, as the manifest has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def dumps(content: dict[str, Any]) -> str:
    """The text of a corpus file."""
    options = json_util.CANONICAL_JSON_OPTIONS
    return json_util.dumps(content, json_options=options, indent=1, ensure_ascii=False) + "\n"


def loads(text: str) -> dict[str, Any]:
    """The content of a corpus file, with BSON's own types."""
    options = json_util.CANONICAL_JSON_OPTIONS.with_options(tz_aware=True)
    content: dict[str, Any] = json_util.loads(text, json_options=options)
    return content
