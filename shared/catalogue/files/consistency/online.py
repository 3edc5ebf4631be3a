"""What one file demands of whoever applies online, in words that the applicant reads."""

from collections.abc import Iterator

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def online_right(file: ItemFile) -> Iterator[Fault]:
    """Each demand is a quotation of the item's steps or conditions, and there is one at least."""
    if file.online is None:
        return
    demands = {name: getattr(file.online, name) for name in ("account", "agreement")}
    printed = (*(file.steps if file.steps != "unknown" else ()), *listed(file.conditions))
    for name, words in demands.items():
        if words and not any(words in one for one in printed):
            yield ("online", name), "These words stand neither in the steps nor in the conditions."
    if not any(demands.values()):
        yield ("online",), "It demands nothing: account, agreement."
