"""What stands on a paper: from the case and its own edition of the item to words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from shared.case import Case
from shared.case.facts.parts import Valid
from shared.case.issuance.paper import PaperKind
from shared.catalogue import Item
from shared.catalogue.definition.asking import FactRule
from shared.catalogue.definition.outcome import PaperTemplate, ResultRule
from shared.catalogue.rules.printed_number import printed_number
from shared.clock import local_day, printed_day

LONG_TERM = "长期"
SINCE, UNTIL = "有效期自", "有效期至"
FACT = "fact:"
# What stands on each paper, whatever its item says.
ALWAYS = ("authority", "title", "holder", "number", "day")


class HolderData(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the applicant for one paper; `photo` is a `data:` address of a picture.

    `members`: the names of those for whom a unit applied.
    """

    name: str
    id_number: str = ""
    address: str = ""
    explanation: str = ""
    photo: str = ""
    members: tuple[str, ...] = ()
    answers: dict[str, str] = {}


class PaperContent(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed, but the code and the QR. `rows`: label and value."""

    template: str
    title: str
    title_en: str
    authority: str
    number: str
    holder: str
    day: str
    on: date
    before: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    listed: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    note_en: str = ""
    photo: str = ""


class PaperMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper states: the case, its item, and of a result its rule, number and validity.

    `at` is the time of the event that the paper states. `office`: the name of the office that was
    chosen, which gives the paper then; empty where none was.
    """

    case: Case
    item: Item
    at: datetime
    result: ResultRule | None = None
    serial: int = 0
    valid: Valid | None = None
    office: str = ""

    @property
    def authority(self) -> str:
        """Who gives the paper: the chosen office, else the authority as the source prints it."""
        return self.office or given_by(self.item)

    @property
    def number(self) -> str:
        """The number of the result, as it is printed; of the case where the result has none."""
        if self.result is None or not self.serial:
            return self.case.number or self.case.id
        return printed_number(self.result, self.serial, year=local_day(self.at).year)


def given_by(item: Item) -> str:
    """Who gives the papers of an item where no office was chosen."""
    return item.text.department_name or item.text.name


class PaperIncomplete(ValueError):
    """Something that the item demands on the paper is not known: no such paper is drawn."""


def must_stand(stated: PaperMatter, content: PaperContent, opened: HolderData) -> dict[str, str]:
    """What has to stand on a paper, as text, by the item's word for it.

    Raises:
        PaperIncomplete: the item demands what the case does not have.
    """
    known = {
        "authority": content.authority,
        "title": content.title,
        "holder": content.holder,
        "item": stated.item.text.name,
        "case-number": stated.case.number,
        "number": content.number,
        "since": printed_day(stated.valid.since) if stated.valid else "",
        "until": dict(validity_rows(stated.valid)).get(UNTIL, ""),
        "day": content.day,
        **{f"{FACT}{code}": text for code, text in opened.answers.items()},
    }
    shown = stated.result.must_show if stated.result is not None else ()
    wanted = (*ALWAYS, *(one for one in shown if one != "code"))
    free = {f"{FACT}{one.code}" for one in stated.item.text.facts if _may_be_open(one)}
    if lacking := [one for one in wanted if not known.get(one) and one not in free]:
        raise PaperIncomplete(f"{content.title}: {', '.join(lacking)}")
    return {one: known[one] for one in wanted if known.get(one)}


def _may_be_open(question: FactRule) -> bool:
    """Whether an application may be without this answer: then the paper is without it too."""
    return not question.required or question.when is not None


def template_of(rule: ResultRule) -> PaperTemplate:
    """How a result is put on paper: as its item says, else by the kind of the result."""
    if rule.paper is not None and rule.paper.template is not None:
        return rule.paper.template
    return "licence" if rule.kind in {"document", "electronic"} else "letter"


def deed_of(item: Item) -> str:
    """What is granted or refused, in the word of the item's own type."""
    kind = item.text.item_type
    return kind if kind.startswith("行政") else "办理"


def paper_title(kind: PaperKind, item: Item, result: ResultRule | None = None) -> str:
    """What a paper of this kind is called, wherever it is named.

    Raises:
        ValueError: a paper of a result without a result.
    """
    if kind in _OF_THE_CASE:
        return _OF_THE_CASE[kind].format(deed=deed_of(item))
    if result is None:
        raise ValueError("a paper of a result without a result")
    return f"制证单：{result.name}" if kind == "slip" else result.name


_OF_THE_CASE: Mapping[PaperKind, str] = {
    "receipt": "收件回执",
    "supplement-request": "一次性补正告知书",
    "acceptance": "受理通知书",
    "non-acceptance": "不予受理通知书",
    "grant": "准予{deed}决定书",
    "refusal": "不予{deed}决定书",
}


def validity_rows(valid: Valid | None) -> tuple[tuple[str, str], ...]:
    """From when until when it is valid, as it is printed; nothing where nobody said."""
    if valid is None:
        return ()
    until = printed_day(valid.until) if valid.until else LONG_TERM
    return ((SINCE, printed_day(valid.since)), (UNTIL, until))
