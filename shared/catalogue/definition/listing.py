"""The list of all items, and the search in it by name, pinyin, alias or office.

Pinyin is computed when the catalogue is compiled, so a search needs no library for it.
"""

import re
import unicodedata
from collections.abc import Iterable

from shared.catalogue.definition.base import Data, ItemId
from shared.catalogue.definition.item import Item, ItemText
from shared.catalogue.definition.words import Initiator

_TONE = re.compile(r"(?<=[a-z]{2})[1-5](?![0-9])")  # a syllable's tone, not the digit of `R1`


class Listing(Data, frozen=True, kw_only=True):
    """An item in short.

    `initiated_by`: who begins it; nobody applies for what is not begun by the applicant.
    `pinyin`: its name in letters without tones or spaces; `initials`: of these.
    """

    id: ItemId
    name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    pinyin: str = ""
    initials: str = ""
    source: str
    kind: str
    item_type: str
    department: str
    department_name: str
    level: str
    audience: str
    template: str
    offered: bool | None
    not_offered_because: str | None
    not_offered_because_zh: str | None = None
    initiated_by: Initiator = "applicant"


class Wanted(Data, frozen=True, kw_only=True):
    """A search for items; every given part must match.

    text: part of an id, a Chinese or English name, an alias, the pinyin or its initials.
    department: a code, or part of a name. audience: part of the source's words.
    """

    text: str = ""
    offered: bool | None = None
    kind: str = ""
    source: str = ""
    template: str = ""
    department: str = ""
    audience: str = ""

    def fits(self, one: Listing) -> bool:
        """Whether the entry matches the search."""
        return (
            self.offered in (None, one.offered)
            and self.kind in ("", one.kind)
            and self.source in ("", one.source)
            and self.template in ("", one.template)
            and (self.department == one.department or self.department in one.department_name)
            and self.audience in one.audience
            and (not self.text or _found(self.text, one))
        )


def listing(text: ItemText) -> Listing:
    """The item's entry, without pinyin."""
    return Listing(
        id=text.id,
        name=text.name,
        name_en=text.name_en,
        aliases=text.aliases,
        source=text.source.document,
        kind=text.kind,
        item_type=text.item_type,
        department=text.department,
        department_name=text.department_name,
        level=text.level,
        audience=text.audience,
        template=text.template,
        offered=text.offered,
        not_offered_because=text.not_offered_because,
        not_offered_because_zh=text.not_offered_because_zh,
        initiated_by=text.initiated_by,
    )


def with_pinyin(items: Iterable[Item]) -> list[Listing]:
    """The entries of items, with the pinyin of their names."""
    # Loading its dictionaries takes a quarter of a second, so only the compiler imports the
    # library.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    lines: list[Listing] = []
    for item in items:
        name = item.text.name
        whole = "".join(lazy_pinyin(name, errors="ignore"))
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore"))
        parts = {f: getattr(listing(item.text), f) for f in Listing.__struct_fields__}
        lines.append(Listing(**{**parts, "pinyin": whole, "initials": initials}))
    return lines


def _found(text: str, one: Listing) -> bool:
    plain, sound = _plain(text), _sound(text)
    if not plain or not sound:  # nothing but a dash or an accent, which occurs in no name
        return False
    names = (one.id, one.name, one.name_en, *one.aliases)
    return (
        any(plain in _plain(name) for name in names) or sound in one.pinyin or sound in one.initials
    )


def _plain(text: str) -> str:
    """Normalise text: drop spaces and hyphens, fold case and width.

    `ID card` then matches `id-card`, and `０００－０１` matches an id.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if not (sign.isspace() or _ignored(sign)))


def _ignored(sign: str) -> bool:
    return sign in "'’‘" or unicodedata.category(sign) == "Pd"  # apostrophes and dashes


def _sound(text: str) -> str:
    """Pinyin in stored form: `Jū mín` and `ju1 min2` become `jumin`, `lǚ` and `lü` become `lv`."""
    apart = unicodedata.normalize("NFD", _plain(text)).replace("u\u0308", "v")
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return _TONE.sub("", bare)
