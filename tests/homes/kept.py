"""The kept homes as files: how one is packed and unpacked, and what its system answered.

A home is made once by the code it stands for and never again (docs/adr/0014 has the SHA-256).
"""

import hashlib
import json
import lzma
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "data" / "homes"
KINDS: Final = ("secantusd-py", "secantusd-rs")
PARTS_OF_A_SECOND: Final = re.compile(r"(?<=T\d\d:\d\d:\d\d)\.\d+Z$")
# What a system makes anew: what ran, its logs and counters. Kafka carries copies alone.
LEFT_OUT: Final = ("lock", "state.json", "logs", "metrics", "data/kafka")
SHA256: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1a3d13c-secantusd-py.json": (
            "ce9e796d24ce2facc3a12fb10e9e74b2a9e51582d4382c843b29641c1d82c4ed"
        ),
        "1a3d13c-secantusd-py.tar.xz": (
            "a6a8eaeb08706329aa7a5e38f02fac85839aab16bc9c7ed47ac947907af44eff"
        ),
        "1a3d13c-secantusd-rs.json": (
            "d28f3367614d595fa55d5b09585919d21cf2dc8c6abf74480a8c31965141feda"
        ),
        "1a3d13c-secantusd-rs.tar.xz": (
            "47d56b7d3a17ddd7bc9d768ae7f3cdbf21d8e90030b9b3dd55d058320abc5e3a"
        ),
    }
)


def packed(kind: str) -> Path:
    """The file of a home."""
    return FOLDER / f"1a3d13c-{kind}.tar.xz"


def answers_of(kind: str) -> Path:
    """What the system of a home answered before it was stopped."""
    return FOLDER / f"1a3d13c-{kind}.json"


def read_answers(kind: str) -> dict[str, Any]:
    """The answers, by how the case went; `open` is the case that is open."""
    found: dict[str, Any] = json.loads(answers_of(kind).read_text("utf-8"))
    return found


def pack(home: Path, kind: str) -> Path:
    """Pack a home whose system is stopped, without what a start makes anew."""
    target = packed(kind)
    with tarfile.open(target, "x:xz", preset=9 | lzma.PRESET_EXTREME) as tar:
        for path in sorted(home.rglob("*")):
            name = str(path.relative_to(home))
            if not any(name == out or name.startswith(f"{out}/") for out in LEFT_OUT):
                tar.add(path, arcname=name, recursive=False, filter=_nobodys)
    return target


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the user of the machine on which it was made."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def unpack(kind: str, home: Path) -> None:
    """Lay a kept home out in a folder that is not there yet, for this user alone."""
    home.mkdir(mode=0o700, parents=True)
    with tarfile.open(packed(kind), "r:xz") as tar:
        tar.extractall(home, filter="data")


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences(before: object, now: object, at: str = "") -> list[str]:
    """Where an answer of now says less or other than before; a field more is no difference.

    Null, an empty text and an absent field are one, and so is a time with and without its parts of
    a second: answers of now have whole seconds.
    """
    if isinstance(before, Mapping):
        there = now if isinstance(now, Mapping) else {}
        return [
            found
            for key, value in before.items()
            for found in differences(value, there.get(key), f"{at}.{key}")
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True))
        return [found for n, (a, b) in pairs for found in differences(a, b, f"{at}[{n}]")]
    before, now = _whole_seconds(before), _whole_seconds(now)
    same = before == now or (before in (None, "", []) and now in (None, "", []))
    return [] if same else [f"{at}: {before!r} became {now!r}"]


def _whole_seconds(value: object) -> object:
    """A time of RFC 3339 in UTC without its parts of a second; anything else as it is."""
    return PARTS_OF_A_SECOND.sub("Z", value) if isinstance(value, str) else value
