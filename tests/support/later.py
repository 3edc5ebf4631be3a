"""Stored data as later code may write it: with a member more, at every depth."""

from typing import Any

MORE = "added_later"
# Members whose objects are keyed by data: what is more there is no unknown member, but a value.
MAPS = frozenset({"assurance", "counts", "editions", "ends"})


def with_more(value: Any, *, name: str = "") -> Any:
    """The same with one member more in each object, but for `MAPS`; `name` is the value's own."""
    if isinstance(value, dict):
        inner = {key: with_more(one, name=key) for key, one in value.items()}
        return inner if name in MAPS else {**inner, MORE: {"of": ["later", 1]}}
    return [with_more(one) for one in value] if isinstance(value, list) else value
