"""Which events an applicant is told of, and in which words: a table, Chinese and English.

No personal data is in the words: a text message may be read by anybody who holds the phone. The
names of the templates are on disk (`NotificationQueued.template`) and never change. Each service's
events have a module: `words_intake`, `words_review`, `words_issuance`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.notify.words import of_intake as words_intake
from services.notify.words import of_issuance as words_issuance
from services.notify.words import of_review as words_review
from services.notify.words.wording import Wording
from shared.case import Case, Fact
from shared.catalogue import Item


@dataclass(frozen=True)
class Words:
    """What one applicant is told about one event: rendered, without personal data."""

    subject: str
    zh: str
    en: str


_TABLES = (words_intake, words_review, words_issuance)
NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {fact: wording for table in _TABLES for fact, wording in table.NOTICES.items()}
)
# Not told, and why: a structural test holds that every event is in one of the two tables.
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {fact: why for table in _TABLES for fact, why in table.SILENT.items()}
)
BY_TEMPLATE: Mapping[str, Wording] = MappingProxyType({w.template: w for w in NOTICES.values()})


def words_of(fact: Fact, case: Case, item: Item, *, named: str = "") -> Words:
    """What is told about one event, given the case as of it and the item of its edition.

    `named`: the name of another item, for words that speak of that one.

    Raises:
        KeyError: for an event that nobody is told of.
    """
    wording = NOTICES[type(fact)]
    filled = {"case": case.id, "item": named or item.text.name, **wording.fields(fact, case)}
    return Words(
        subject=f"{wording.subject_zh} / {wording.subject_en}",
        zh=wording.zh.format_map(filled),
        en=wording.en.format_map(filled),
    )
