"""The kept files of the reference log, and how a value becomes a digest. Nothing of the system.

`log.tar.xz` holds the exports by name and the editions of the items; `digests.json.xz` holds what
the first code computed from them. docs/adr/0014 names the SHA-256 of both.
"""

import base64
import hashlib
import json
import lzma
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "data" / "reference"
LOG: Final = FOLDER / "log.tar.xz"
DIGESTS: Final = FOLDER / "digests.json.xz"
LOG_SHA256: Final = "d83c4ea885499f116239ab920217ce09ae68b857bdd82d74d423c5f04310fe9c"
DIGESTS_SHA256: Final = "9265a6a8ee93c4d7601387291fbd8a06acab6716382d055042986acee34ec57b"
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9.]+)?(Z|[+-][0-9:]+)\Z"
)


@dataclass(frozen=True)
class Line:
    """One stored commit of an export, at its place."""

    lane: int
    position: int
    body: bytes
    hash: bytes
    mac: str


@dataclass
class Export:
    """One kept export: the files as they are, and the commits in ledger order."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def lanes(self) -> int:
        """How many lanes the log has."""
        return int(json.loads(self.files["manifest.json"])["lanes"])

    def lines(self, lane: int) -> Iterator[Line]:
        """The commits of one lane."""
        for text in self.files[f"lanes/{lane}/commits.jsonl"].splitlines():
            line = json.loads(text)
            body = base64.b64decode(line["body"])
            hash_ = bytes.fromhex(line["hash"])
            yield Line(lane, line["position"], body, hash_, line["mac"])

    def write(self, folder: Path) -> Path:
        """The export as a folder, as an auditor is given it."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder


def read_log() -> tuple[dict[str, Export], bytes]:
    """The kept exports by name, and the kept editions of the catalogue (JSON)."""
    exports: dict[str, Export] = {}
    editions = b""
    with tarfile.open(LOG, "r:xz") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            name, _, rest = member.name.partition("/")
            if not rest:
                editions = file.read()
                continue
            exports.setdefault(name, Export(name)).files[rest] = file.read()
    return exports, editions


def read_digests() -> dict[str, Any]:
    """What the first code computed."""
    found: dict[str, Any] = json.loads(lzma.decompress(DIGESTS.read_bytes()))
    return found


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(value: object) -> str:
    """SHA-256 of a plain value, without regard to how it was laid out in memory.

    Keys are sorted, what is empty is left out (null, "" and an absent key are one), a time is its
    second in UTC in whatever form it was written.
    """
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: object) -> Any:
    """The value in the one form that is digested."""
    if isinstance(value, Mapping):
        told = {str(key): plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in told.items() if inner not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, str) and _TIME.match(value):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
