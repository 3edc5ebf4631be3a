"""What our own register knows of a document that another item issues and this one asks for (R-066).

For the officer alone: who applies is told nothing of a number, or a guess would be answered.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, get_args

from shared.case import Case, Rules
from shared.case.issuance.document import Standing
from shared.casework.holdings import Holdings, Numbered, issued
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.printed_number import printed_number
from shared.catalogue.rules.procedure import NUMBERED
from shared.clock import local_day, printed_day
from shared.clock.telling.wording import Words
from shared.http import Choice, Day, Schema, Str

Found = Literal["held", "over", "not-made", "other-holder", "not-found"]
MOST_SERIAL_DIGITS = 12
MOST_PREREQUISITES = 100
Body = dict[str, Any]
_PLAIN = re.compile(r"(?:NO\.?|第|编号)?[:：]?0*([1-9][0-9]*)号?\Z")
_DROPPED = re.compile(r"[\s\-\u2010-\u2015]+")
_DIGITS = re.compile(r"[0-9]+")

STANDINGS: Mapping[Standing, Words] = {
    "expired": Words("已过有效期", "it has expired"),
    "suspended": Words("已挂失", "it was reported lost"),
    "replaced": Words("已被换发的新证代替", "another one replaces it"),
    "revoked": Words("已被撤销或者注销", "it was revoked"),
}


class PrerequisiteSchema(Schema):
    """A document of another item that this application rests on, and what we know of it.

    `material`: the material that it is handed in as. `number`: as it was stated; null where none
    was asked for or given, so that what the applicant holds was looked up. `finding`: `held` by the
    applicant and valid; `over`: held, and of the `standing` that it has; `not-made` yet;
    `other-holder`: the number is one of ours, and not this applicant's; `not-found` among ours.
    `zh` and `en` say so in words.
    """

    item = Str()
    title = Str()
    title_en = Str(min_length=0)
    material = Str(allow_none=True)
    number = Str(allow_none=True, max_length=4000)
    finding = Choice(*get_args(Found))
    standing = Choice(*get_args(Standing), allow_none=True)
    valid_until = Day(allow_none=True)
    zh = Str()
    en = Str()


class Prerequisites:
    """Looks up documents of ours that an application names, or that its applicant holds."""

    def __init__(self, holdings: Holdings, rules: Rules, today: date) -> None:
        self._holdings = holdings
        self._rules = rules
        self._today = today

    def of(self, case: Case, stated: Iterable[Mapping[str, Any]], *, documents: bool) -> list[Body]:
        """What is known, by each item that issues what is asked for.

        Args:
            case: the application.
            stated: its answers, as far as the reader sees them.
            documents: whether the reader sees what was handed in; else the stated numbers alone.

        Raises:
            LogUnavailable: the server is away.
        """
        item = self._rules.item_of(case)
        found = [*self._by_number(case, item, stated)]
        if documents:
            named = {one["item"] for one in found}
            found += self._by_holder(case, item, named)
        return found[:MOST_PREREQUISITES]

    def _by_number(
        self, case: Case, item: Item, stated: Iterable[Mapping[str, Any]]
    ) -> Iterator[Body]:
        issuer = {one.code: one.result_of for one in item.text.facts if one.result_of}
        materials = _materials(item)
        for answer in stated:
            needed = issuer.get(answer["code"])
            if needed is None or not isinstance(answer["value"], str):
                continue
            number = answer["value"].strip()
            results = self._results(needed)
            if not number or not results:
                continue
            met = [
                one
                for rule in results
                for one in self._holdings.of_series({_series(rule)}, serials=serials(number, rule))
                if self._prints(one, rule, number)
            ]
            yield self._told(needed, materials.get(needed), case, met, number)

    def _by_holder(self, case: Case, item: Item, named: set[str]) -> Iterator[Body]:
        for needed, material in _materials(item).items():
            results = self._results(needed)
            if needed in named or not results or not case.subject:
                continue
            series = {_series(one) for one in results}
            held = self._holdings.of_series(series, holder=case.subject)
            others = [one for one in held if one.case.id != case.id]
            yield self._told(needed, material, case, others, None)

    def _results(self, needed: str) -> list[ResultRule]:
        """The results of an item that have numbers of ours; none of an item that is not offered."""
        text = self._rules.catalogue.item(needed).text
        return [one for one in listed(text.results) if one.kind in NUMBERED]

    def _prints(self, one: Numbered, rule: ResultRule, number: str) -> bool:
        """Whether its paper has this number; or its bare serial, as before it had a format."""
        if not rule.number_format or one.document.numbered_at is None:
            return True
        year, serial = local_day(one.document.numbered_at.at).year, _serial_of(one)
        typed = normal(number)
        return typed == str(serial) or any(
            typed == normal(printed_number(rule, serial, year=which)) for which in (year, year + 1)
        )

    def _told(
        self, needed: str, material: str | None, case: Case, met: list[Numbered], number: str | None
    ) -> Body:
        finding, standing, until = self._finding(case, met)
        text = self._rules.catalogue.item(needed).text
        results = self._results(needed)
        name = Words(
            "、".join(one.name for one in results),
            ", ".join(one.name_en or one.name for one in results),
        )
        said = _said(finding, name, standing, until, stated=number is not None)
        return {
            "item": needed,
            "title": text.name,
            "title_en": text.name_en,
            "material": material,
            "number": number,
            "finding": finding,
            "standing": standing,
            "valid_until": until.isoformat() if until else None,
            "zh": said.zh,
            "en": said.en,
        }

    def _finding(
        self, case: Case, met: list[Numbered]
    ) -> tuple[Found, Standing | None, date | None]:
        """What the officer is told: of several, the one that counts; nothing of somebody else's."""
        own = [one for one in met if _same_party(one.case, case)]
        if not own:
            return ("other-holder" if met else "not-found"), None, None
        each = [self._standing(one) for one in own]
        valid = [one for one in each if one[0] == "valid"]
        standing, until = (valid or each)[0]
        if standing == "unknown":
            return "not-made", None, None
        return ("held" if standing == "valid" else "over"), standing, until

    def _standing(self, one: Numbered) -> tuple[Standing, date | None]:
        """What it is worth today, as its verification says it."""
        document, numbered = one.document, one.document.numbered
        if numbered is None:
            return document.standing, None
        until = numbered.valid.until if numbered.valid else None
        if document.valid and not issued(one.case, document.id, numbered.result):
            return "unknown", until
        if document.standing == "valid" and until is not None and self._today > until:
            return "expired", until
        return document.standing, until


def serials(number: str, rule: ResultRule) -> set[int]:
    """The serials that a stated number may mean; several where the format holds a year as well."""
    typed = normal(number)
    whole = typed.removeprefix(normal(f"{_series(rule)}/"))
    found = {plain.group(1)} if (plain := _PLAIN.match(whole)) else set()
    if rule.number_format:
        runs = _DIGITS.findall(typed)
        parts = {run[at:] for run in runs for at in range(len(run))}
        ends = {part[:-1] for part in parts} if "{check}" in rule.number_format else set()
        found |= {part.lstrip("0") for part in parts | ends}
    return {int(one) for one in found if one and len(one) <= MOST_SERIAL_DIGITS}


def normal(number: str) -> str:
    """A number however it was typed: full width, capitals, blanks and hyphens."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", number)).upper()


def _materials(item: Item) -> dict[str, str]:
    """By the item that issues it, the material."""
    rules = listed(item.text.materials)
    return {one.result_of: one.code for one in rules if one.result_of is not None}


def _series(rule: ResultRule) -> str:
    return rule.scheme or rule.code


def _serial_of(one: Numbered) -> int:
    return one.document.numbered.number if one.document.numbered else 0


def _same_party(one: Case, other: Case) -> bool:
    """The same account, or the same organisation whoever acted for it (decision 10)."""
    same_account = bool(one.subject) and one.subject == other.subject
    return same_account or (bool(one.organisation) and one.organisation == other.organisation)


def _said(
    finding: Found, name: Words, standing: Standing | None, until: date | None, *, stated: bool
) -> Words:
    """The sentence of a finding. Of somebody else's document it says no more than that."""
    zh = f"{'该编号的' if stated else '申请人名下的'}{name.zh}"
    en = f"{name.en}: {'one of this number' if stated else 'one of theirs'}"
    why = STANDINGS.get(standing or "revoked", STANDINGS["revoked"])
    end = Words(f"，有效期至{printed_day(until)}", f" until {until}") if until else Words("", "")
    match finding:
        case "held":
            return Words(
                f"本系统查到{zh}，持有人就是申请人，目前有效{end.zh}。请与交来的原件核对。",
                f"{en} is on record, held by the applicant, valid{end.en}. Compare it with what was"
                " handed in.",
            )
        case "over":
            return Words(
                f"本系统查到{zh}，持有人是申请人，但现在无效：{why.zh}。",
                f"{en} is on record, held by the applicant, not valid: {why.en}.",
            )
        case "not-made":
            return Words(
                f"本系统查到{zh}，持有人是申请人，但尚未制作完成。",
                f"{en} is on record, held by the applicant, not made yet.",
            )
        case "other-holder":
            return Words(
                f"本系统查到{zh}，但登记的持有人不是申请人。请核对原件和持有人，必要时请申请人说明。",
                f"{en} is on record, of another holder. Compare the original.",
            )
    return Words(
        f"本系统没有查到{zh}：可能由其他机关发出，也可能填写有误。请核对原件。",
        f"{en} is not on record here: another authority may have issued it, or it is mistyped. "
        "Compare the original.",
    )
