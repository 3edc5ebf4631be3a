"""Which events an applicant is told of, and in which words: a table, Chinese and English.

No personal data is in the words: a text message may be read by anybody who holds the phone. The
names of the templates are on disk (`NotificationQueued.template`) and never change. Each service's
events have a module: `words_intake`, `words_review`, `words_issuance`.

The words have editions. An edition in which somebody was told something never changes any more, so
that it can be said what an applicant was told; whoever changes the words makes the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.notify.words import of_intake as words_intake
from services.notify.words import of_issuance as words_issuance
from services.notify.words import of_review as words_review
from services.notify.words.first import of_intake as first_intake
from services.notify.words.first import of_issuance as first_issuance
from services.notify.words.first import of_review as first_review
from services.notify.words.values import number_told
from services.notify.words.wording import Wording
from shared.case import Case, Fact
from shared.catalogue import Item


@dataclass(frozen=True)
class Words:
    """What one applicant is told about one event: rendered, without personal data."""

    subject: str
    zh: str
    en: str


Table = Mapping[type[Fact], Wording]
_TABLES = (words_intake, words_review, words_issuance)
FIRST, EDITION = "", "2"


def _joined(*tables: Table) -> Table:
    return MappingProxyType({fact: said for table in tables for fact, said in table.items()})


EDITIONS: Mapping[str, Table] = MappingProxyType(
    {
        FIRST: _joined(first_intake.NOTICES, first_review.NOTICES, first_issuance.NOTICES),
        EDITION: _joined(*(table.NOTICES for table in _TABLES)),
    }
)
NOTICES: Table = EDITIONS[EDITION]
# Not told, and why: a structural test holds that every event is in one of the two tables.
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {fact: why for table in _TABLES for fact, why in table.SILENT.items()}
)
BY_TEMPLATE: Mapping[str, Wording] = MappingProxyType({w.template: w for w in NOTICES.values()})


def words_of(
    fact: Fact, case: Case, item: Item, *, named: str = "", edition: str = EDITION
) -> Words:
    """What is told about one event, given the case as of it and the item of its edition.

    `named`: the name of another item, for words that speak of that one. `edition`: of the words.

    Raises:
        KeyError: for an event that nobody is told of, or words that only newer code has.
    """
    wording = EDITIONS[edition][type(fact)]
    said = case.id if edition == FIRST else number_told(case)
    filled = {"case": said, "item": named or item.text.name, **wording.fields(fact, case, item)}
    return Words(
        subject=f"{wording.subject_zh} / {wording.subject_en}".format_map(filled),
        zh=wording.zh.format_map(filled),
        en=wording.en.format_map(filled),
    )
