"""What is said of materials: message, paper and the answer of the case say the same from here.

What is asked for at once is told as it is needed: of alternatives one complete set is enough
(R-059), and a list of everything that is not there would ask for all of them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from shared.case.facts.parts import Missing
from shared.case.state import Case
from shared.catalogue import Item
from shared.clock import Words

_OTHER = Words("其他材料", "other papers")


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


def originals_to_fetch(case: Case, item: Item) -> Words | None:
    """That the originals which the office keeps are to be fetched (R-033); None without any."""
    rules = [item.material(code) for code in case.originals_kept]
    if not rules:
        return None
    zh = "、".join(dict.fromkeys(rule.name if rule else _OTHER.zh for rule in rules))
    en = ", ".join(
        dict.fromkeys((rule.name_en or rule.name) if rule else _OTHER.en for rule in rules)
    )
    return Words(
        f"您交由窗口保管的材料原件（{zh}），请持本人有效身份证件到交件窗口取回。",
        f"Please fetch the originals that the office keeps ({en}) where you handed them in, with"
        " your identity document.",
    )
