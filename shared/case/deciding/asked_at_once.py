"""What is asked for at once, as it is needed: of alternatives one complete set is enough (R-059).

A list of everything that is not there would ask for all of them. The message, the paper and the
case's own answer say the same from here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from shared.case.facts.parts import Missing
from shared.catalogue import Item


class AskedFor(NamedTuple):
    """One thing that is needed: a paper, or one of several sets of papers."""

    one_of: tuple[tuple[Missing, ...], ...]

    @property
    def alternatives(self) -> bool:
        """Whether the applicant chooses."""
        return len(self.one_of) > 1

    @property
    def zh(self) -> str:
        """It in Chinese, as an entry of a list."""
        if not self.alternatives:
            return "、".join(one.name for one in self.one_of[0])
        sets = [
            f"（{_numeral(n)}）{'和'.join(one.name for one in each)}"
            for n, each in enumerate(self.one_of, 1)
        ]
        return "以下之一：" + "；".join(sets)

    @property
    def en(self) -> str:
        """It in English, under the names that the source prints."""
        if not self.alternatives:
            return ", ".join(one.name for one in self.one_of[0])
        sets = [
            f"({n}) {' and '.join(one.name for one in each)}"
            for n, each in enumerate(self.one_of, 1)
        ]
        return "one of these: " + "; ".join(sets)


def asked_at_once(missing: Sequence[Missing], item: Item) -> tuple[AskedFor, ...]:
    """What is needed of what is missing: single papers first, then each choice."""
    single: list[AskedFor] = []
    groups: dict[str, dict[str, list[Missing]]] = {}
    for one in missing:
        rule = item.material(one.code)
        if rule is None or not rule.one_of:
            single.append(AskedFor(((one,),)))
        else:
            sets = groups.setdefault(rule.one_of, {})
            sets.setdefault(rule.alternative or rule.code, []).append(one)
    choices = (AskedFor(tuple(map(tuple, sets.values()))) for sets in groups.values())
    return (*single, *choices)


def _numeral(n: int) -> str:
    return "一二三四五六七八九十"[n - 1] if n <= 10 else str(n)  # noqa: PLR2004 - ten numerals
