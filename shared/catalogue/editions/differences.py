"""The differences between two parts of an item, place by place: the old value and the new value."""

from collections.abc import Iterator
from typing import Any

import msgspec

MOST = 6
LONGEST = 60
QUIET = frozenset({"raw", "name_en", "text_en", "note", "note_en", "title_zh", "title_en"})


def differences(was: Any, now: Any) -> list[str]:
    """Each differing place, as `n 5 → 7`; only the first few, and notes are not compared."""
    plain = [msgspec.to_builtins(one, order="deterministic") for one in (was, now)]
    found = list(_places("", *plain))
    more = len(found) - MOST
    return [*found[:MOST], *([f"… {more} more"] if more > 0 else [])]


def _places(path: str, was: Any, now: Any) -> Iterator[str]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*was, *(key for key in now if key not in was)]:
            if key not in QUIET:
                yield from _places(f"{path}.{key}" if path else key, was.get(key), now.get(key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for at, (old, new) in enumerate(zip(was, now, strict=True), start=1):
            yield from _places(f"{path}.{at}" if path else str(at), old, new)
    else:
        name = path.replace("_", " ")
        yield f"{name} {_short(was)} → {_short(now)}".strip()


def _short(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, dict):
        value = ", ".join(f"{key} {_short(one)}" for key, one in value.items() if one)
    elif isinstance(value, list):
        value = ", ".join(_short(one) for one in value)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
