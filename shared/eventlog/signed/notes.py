"""Signed notes, checkpoints and head notes: what the installation puts its name to.

The forms are C2SP's (signed-note, tlog-checkpoint), byte for byte, so that witnesses and tools
that know nothing of caseledger can check and cosign a lane's checkpoint. Pure but for `load`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\x01"
DASH: Final = "\N{EM DASH}"
MAX_NOTE_BYTES: Final = 1 << 20
MAX_SIGNATURES: Final = 100
KEY_ID_BYTES: Final = 4
ROOT_BYTES: Final = 32
_SIGNATURE: Final = re.compile(rf"^{DASH} ([^\s+]+) ([A-Za-z0-9+/]+={{0,2}})$")
_NAME: Final = re.compile(r"^[^\s+]+$")
_NUMBER: Final = re.compile(r"^(0|[1-9][0-9]{0,18})$")


class BadNote(ValueError):
    """A note that does not carry what it should, or not the signature that it should."""


def lane_origin(installation: str, lane: int) -> str:
    """The origin, and key name, of one lane's log: on disk and at witnesses for ever."""
    return f"{installation}/lane/{lane}"


def head_origin(installation: str) -> str:
    """The key name under which head notes are signed."""
    return f"{installation}/head"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes that stand before a signature (C2SP signed-note, Ed25519)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def cut_over_origin(installation: str) -> str:
    """The key name under which the cut-over to signed commits is noted."""
    return f"{installation}/cut-over"


@dataclass(frozen=True)
class PublicKey:
    """Who signs: the installation's name and its 32-byte Ed25519 key. All that a verifier needs."""

    installation: str
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.match(self.installation):
            raise ValueError("the installation's name has neither spaces nor a plus sign")

    def text(self) -> str:
        """The key as one line: `<installation>+<key id, hex>+<base64(01 ‖ key)>`."""
        code = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.installation}+{self.id(self.installation)}+{code}"

    def id(self, name: str) -> str:
        """The key id under this key name, in hex."""
        return key_id(name, self.public).hex()

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Read what `text` wrote.

        Raises:
            ValueError: not such a line, or its key id is not of this name and key.
        """
        name, _, rest = text.strip().partition("+")
        claimed, _, code = rest.partition("+")
        raw = _decode(code)
        if len(raw) != len(ED25519) + ROOT_BYTES or raw[:1] != ED25519:
            raise BadNote("not an Ed25519 verifier key (NAME+KEYID+BASE64)")
        key = cls(installation=name, public=raw[1:])
        if key.id(name) != claimed:
            raise BadNote("the key id does not belong to this name and key")
        return key

    def open(self, note: str, *, name: str) -> str:
        """The text of a note that this key signed under `name`, final newline included.

        Raises:
            BadNote: malformed, not signed under that name by this key, or not this text.
        """
        text, signatures = split_note(note)
        wanted = key_id(name, self.public)
        for signer, signature in signatures:
            if signer == name and signature[:KEY_ID_BYTES] == wanted:
                self._verify(text, signature[KEY_ID_BYTES:])
                return text
        raise BadNote(f"not signed by {name} with key {wanted.hex()}")

    def _verify(self, text: str, signature: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise BadNote("the signature does not belong to this text") from error


@dataclass(frozen=True)
class SigningKey:
    """The installation's signing key; only the sequencer holds it."""

    installation: str
    private: Ed25519PrivateKey

    @classmethod
    def load(cls, path: Path, installation: str) -> "SigningKey":
        """Read an unencrypted PEM private key.

        Raises:
            ValueError: the file holds another kind of key.
        """
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError(f"{path.name} is not an Ed25519 key")  # noqa: TRY004 - the file's value
        return cls(installation=installation, private=private)

    @property
    def public(self) -> PublicKey:
        """What verifiers are given."""
        return PublicKey(self.installation, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, *, name: str) -> str:
        """`text` as a note signed under `name`. The same text gives the same bytes."""
        if not text.endswith("\n") or "\n\n" in text:
            raise BadNote("a note's text ends in one newline and has no empty line")
        signature = key_id(name, self.public.public) + self.private.sign(text.encode())
        return f"{text}\n{DASH} {name} {base64.b64encode(signature).decode()}\n"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text and its (key name, key id ‖ signature) pairs, none of them verified.

    Raises:
        BadNote: not the form of a signed note.
    """
    if len(note) > MAX_NOTE_BYTES or any(ch < " " and ch != "\n" for ch in note):
        raise BadNote("too long, or holds control characters")
    text, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines.pop() or not 0 < len(lines) <= MAX_SIGNATURES:
        raise BadNote("not a text, an empty line and signature lines")
    signatures = []
    for line in lines:
        found = _SIGNATURE.match(line)
        if not found:
            raise BadNote("malformed signature line")
        signatures.append((found[1], _decode(found[2])))
    return text + "\n", signatures


@dataclass(frozen=True)
class Checkpoint:
    """A lane's tree head: `size` leaves with this 32-byte root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text of C2SP tlog-checkpoint; no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text.

        Raises:
            BadNote: not three lines of that form (we write no extensions and accept none).
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 - origin, size, root, end
            raise BadNote("a checkpoint is origin, size and root")
        return cls(origin=lines[0], size=_number(lines[1]), root=_root(lines[2]))


@dataclass(frozen=True)
class Head:
    """All lanes at one moment: (size, root) of each lane's newest checkpoint, lane 0 first."""

    installation: str
    lanes: tuple[tuple[int, bytes], ...]
    signed_at: str

    def text(self) -> str:
        """The text that is signed: origin, number of lanes, a line for each, the time."""
        return _listing(head_origin(self.installation), self.lanes, self.signed_at)

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read a head note's text.

        Raises:
            BadNote: another form, or not every lane has its line in order.
        """
        return cls(*_listed(text, "head"))


@dataclass(frozen=True)
class CutOver:
    """(size, root) of each lane when its writers began to sign: HMACs count up to there alone."""

    installation: str
    lanes: tuple[tuple[int, bytes], ...]
    signed_at: str

    def text(self) -> str:
        """The text that is signed, in the form of a head note under a name of its own."""
        return _listing(cut_over_origin(self.installation), self.lanes, self.signed_at)

    @classmethod
    def parse(cls, text: str) -> "CutOver":
        """Read a cut-over note's text.

        Raises:
            BadNote: another form, or not every lane has its line in order.
        """
        return cls(*_listed(text, "cut-over"))

    def size(self, lane: int) -> int:
        """The number of positions of a lane it covers, 0 for a lane that came later."""
        return self.lanes[lane][0] if 0 <= lane < len(self.lanes) else 0


def _listing(origin: str, lanes: Sequence[tuple[int, bytes]], signed_at: str) -> str:
    rows = [
        f"{lane} {size} {base64.b64encode(root).decode()}"
        for lane, (size, root) in enumerate(lanes)
    ]
    return "\n".join([origin, f"lanes {len(lanes)}", *rows, f"signed {signed_at}"]) + "\n"


def _listed(text: str, kind: str) -> tuple[str, tuple[tuple[int, bytes], ...], str]:
    """Installation, lanes and time of a note of this kind."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not lines[0].endswith(f"/{kind}"):  # noqa: PLR2004 - the form
        raise BadNote(f"not a {kind} note")
    count, signed = lines[1].removeprefix("lanes "), lines[-1]
    rows = [row.split(" ") for row in lines[2:-1]]
    if count != str(len(rows)) or not signed.startswith("signed "):
        raise BadNote(f"a {kind} note says how many lanes there are, and when it was signed")
    if any(len(row) != 3 or row[0] != str(lane) for lane, row in enumerate(rows)):  # noqa: PLR2004
        raise BadNote(f"a {kind} note has one line for each lane, in order")
    listed = tuple((_number(row[1]), _root(row[2])) for row in rows)
    return lines[0].removesuffix(f"/{kind}"), listed, signed.removeprefix("signed ")


def open_checkpoint(key: PublicKey, lane: int, note: str) -> Checkpoint:
    """The checkpoint in a note of this lane, its signature and origin verified.

    Raises:
        BadNote: it is not that.
    """
    origin = lane_origin(key.installation, lane)
    checkpoint = Checkpoint.parse(key.open(note, name=origin))
    if checkpoint.origin != origin:
        raise BadNote(f"the checkpoint speaks of {checkpoint.origin}, not of {origin}")
    return checkpoint


def open_head(key: PublicKey, note: str) -> Head:
    """The head in a head note, its signature verified.

    Raises:
        BadNote: it is not that.
    """
    head = Head.parse(key.open(note, name=head_origin(key.installation)))
    if head.installation != key.installation:
        raise BadNote(f"the head note speaks of {head.installation}")
    return head


def open_cut_over(key: PublicKey, note: str) -> CutOver:
    """The cut-over in its note, its signature verified.

    Raises:
        BadNote: it is not that.
    """
    cut_over = CutOver.parse(key.open(note, name=cut_over_origin(key.installation)))
    if cut_over.installation != key.installation:
        raise BadNote(f"the cut-over note speaks of {cut_over.installation}")
    return cut_over


def _decode(code: str) -> bytes:
    try:
        return base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not base64") from error


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise BadNote("not a decimal number without leading zeroes")
    return int(text)


def _root(code: str) -> bytes:
    root = _decode(code)
    if len(root) != ROOT_BYTES:
        raise BadNote("a root has 32 bytes")
    return root
