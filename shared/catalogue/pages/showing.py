"""An item as one document, with its defaults resolved: the output of `catalogue show --json`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.catalogue.definition.item import Item
from shared.catalogue.rules.defaults import Defaults


def definition(item: Item, *, version: str, defaults: Defaults | None = None) -> dict[str, Any]:
    """The complete definition of the item, as plain data.

    `defaulted` names the fields that did not come from its file. With `defaults`, the reason for
    each named default is included.
    """
    text: dict[str, Any] = msgspec.to_builtins(item.text, order="deterministic")
    text["legal_basis"] = list(item.text.legal_basis)
    if defaults is not None:
        text["defaults"] = reasons(item, defaults)
    return {"version": version, "content_hash": item.hash, **text}


def reasons(item: Item, defaults: Defaults) -> Mapping[str, Mapping[str, str]]:
    """The reason for each default and each named reason that the item uses, by name."""
    text = item.text
    left_out = (one.by for one in text.left_out if one.by)
    own = {name: defaults.reasons[name] for name in (*text.inferred_by.values(), *left_out)}
    filled = {name: defaults.named(name) for name in text.defaulted.values()}
    found = sorted((own | filled).items())
    return {name: {"because": one.because, "source": one.source} for name, one in found}
