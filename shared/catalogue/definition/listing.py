"""The list of all items, and the search in it by name, pinyin, alias or office.

Pinyin is computed when the catalogue is compiled, so a search needs no library for it. What has
the whole text comes first, by id; then what has most of its parts, best first.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping

from shared.catalogue.definition.base import Data, ItemId
from shared.catalogue.definition.item import Item, ItemText
from shared.catalogue.definition.words import Initiator

_TONE = re.compile(r"(?<=[a-z]{2})[1-5](?![0-9])")  # a syllable's tone, not the digit of `R1`

_HAN = r"\u3400-\u9fff"
# Words that mean the same to somebody who looks for an item. A line is read by a person before it
# is changed; an item is found under a line's every word when its names have one of them.
_SAME = (
    "丢失 丢 遗失 不见 挂失 找不到 被偷 补领 补办 补发 补证",
    "换领 换发 更换 换证 换",
    "到期 过期 期满",
    "损坏 损毁 破损 坏了",
    "查询 查看 查",
    "注销 销户",
    "变更 更改 修改 改",
    "驾照 驾驶证 驾驶执照 驾驶本 驾本",
    "行驶证 行车证",
    "车牌 号牌 牌照",
    "违章 违法",
    "酒店 宾馆 旅店 旅馆 民宿 客栈",
    "营业执照 执照",
    "社保卡 社会保障卡",
    "社保 社会保险",
    "医保 医疗保险",
    "低保 最低生活保障",
    "养老金 退休金",
    "失业金 失业保险金",
    "户口 户籍",
    "新生儿 新出生 婴儿 宝宝 孩子 小孩",
    "残疾证 残疾人证",
    "老年证 老年优待证 敬老卡 老人证",
    "收养 领养",
    "欠薪 讨薪 拖欠工资",
    "licence license",
)
# Said with every wish, and of no item: in any place, and where a piece of it begins.
_ANYWHERE = (
    "怎么办 怎么 如何 怎样 我要 我想 我的 我 了 的 吗 呢 哪里 哪儿 请问 需要 申请 申领 办理 领取"
    " 一家 一个 一张 一下"
)
_AT_FIRST = "想 要 去 把 给 办个 办 领个 领 开具 开办 开"
_ENGLISH = frozenset({"the", "and", "for", "how", "want", "need", "with", "get", "apply"})
_SAME_AS: Mapping[str, tuple[str, ...]] = {
    word: tuple(line.split()) for line in _SAME for word in line.split()
}
_KNOWN = re.compile(
    "|".join(sorted((*(w for w in _SAME_AS if w > "z"), *_ANYWHERE.split()), key=len, reverse=True))
)
_FIRST = re.compile(f"^(?:{'|'.join(_AT_FIRST.split())})+")
_MOST_OF = 0.5  # by weight, of the parts of a text: with less of them an item is not found
_HEAVIEST = 4.0  # a part that few items have, or none
_IN_PINYIN = 4  # letters: a shorter word is in too many names by chance


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

    text: part of an id, a Chinese or English name, an alias, the pinyin or its initials; or words
    most of whose parts an item has. department: a code, or part of a name. audience: part of the
    source's words.
    """

    text: str = ""
    offered: bool | None = None
    kind: str = ""
    source: str = ""
    template: str = ""
    department: str = ""
    audience: str = ""

    def _fits(self, one: Listing) -> bool:
        return (
            self.offered in (None, one.offered)
            and self.kind in ("", one.kind)
            and self.source in ("", one.source)
            and self.template in ("", one.template)
            and (self.department == one.department or self.department in one.department_name)
            and self.audience in one.audience
        )

    def of(self, lines: Iterable[Listing]) -> tuple[Listing, ...]:
        """The entries that match: by id what has the whole text, then by its parts, best first."""
        every = tuple(lines)
        found = _searched(self.text, every) if self.text else every
        return tuple(one for one in found if self._fits(one))


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


def _searched(text: str, lines: tuple[Listing, ...]) -> list[Listing]:
    """First, in their order, the lines that have all of the text; then by its parts."""
    names = [_names(one) for one in lines]
    plain, sound = _plain(text), _sound(text)
    # Nothing but a dash or an accent occurs in no name.
    sought = bool(plain and sound)
    whole = [
        sought
        and (any(plain in name for name in said) or sound in one.pinyin or sound in one.initials)
        for one, said in zip(lines, names, strict=True)
    ]
    scores = _scores(_parts(text), lines, names)
    rest = [at for at, score in enumerate(scores) if score > _MOST_OF and not whole[at]]
    rest.sort(key=lambda at: -scores[at])
    return [
        *(one for one, has in zip(lines, whole, strict=True) if has),
        *(lines[at] for at in rest),
    ]


def _names(one: Listing) -> tuple[str, ...]:
    return tuple(_plain(name) for name in (one.id, one.name, one.name_en, *one.aliases))


def _parts(text: str) -> frozenset[tuple[str, ...]]:
    """What a text is about, each part with the words that mean the same.

    Pairs of neighbouring Chinese characters between the words of the table; words of letters.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    parts: set[tuple[str, ...]] = set()
    for run in re.findall(f"[{_HAN}]+", folded):
        parts |= {_SAME_AS[word] for word in _KNOWN.findall(run) if word in _SAME_AS}
        for piece in _KNOWN.split(run):
            left = _FIRST.sub("", piece)
            parts |= {(left[at : at + 2],) for at in range(len(left) - 1)}
    words = {word for word in re.findall("[a-z]{3,}", _bare(folded)) if word not in _ENGLISH}
    return frozenset(parts | {_SAME_AS.get(word, (word,)) for word in words})


def _scores(
    parts: frozenset[tuple[str, ...]], lines: tuple[Listing, ...], names: list[tuple[str, ...]]
) -> list[float]:
    """How much of the parts each line has, from 0 to 1; a part that many lines have weighs less."""
    scores, every = [0.0] * len(lines), 0.0
    for words in parts:
        if words[0].isascii():
            having = [at for at, one in enumerate(lines) if _speaks(words, one)]
        else:
            having = [
                at
                for at, said in enumerate(names)
                if any(word in name for name in said for word in words)
            ]
        weight = min(_HEAVIEST, math.log(1 + len(lines) / len(having))) if having else _HEAVIEST
        every += weight
        for at in having:
            scores[at] += weight
    return [score / every if every else 0.0 for score in scores]


def _speaks(words: tuple[str, ...], one: Listing) -> bool:
    english = re.findall("[a-z]+", " ".join((one.name_en, *one.aliases)).casefold())
    return any(
        word in english or (len(word) >= _IN_PINYIN and word in one.pinyin) for word in words
    )


def _plain(text: str) -> str:
    """Normalise text: drop spaces and hyphens, fold case and width.

    `ID card` then matches `id-card`, and `０００－０１` matches an id.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum() or not _ignored(sign))


def _ignored(sign: str) -> bool:
    if sign.isspace() or sign in "'’‘":  # apostrophes
        return True
    return unicodedata.category(sign) == "Pd"  # dashes


def _sound(text: str) -> str:
    """Pinyin in stored form: `Jū mín` and `ju1 min2` become `jumin`, `lǚ` and `lü` become `lv`."""
    return _TONE.sub("", _bare(_plain(text)))


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
