"""A limit as data: the time that the law or a promise gives an authority or an applicant.

A limit is never a bare number. It states its unit, its start and end events, the causes that stop
it, and whether it may be extended (R-079 to R-097). All of it is checked at construction, so that
`due` need not check.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, Self

import msgspec

from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import known_day, local_day, parse_day

Kind = Literal["period", "immediate", "same_day", "next_day", "none", "cyclic"]
Unit = Literal["working_days", "calendar_days", "months", "years"]
Rank = Literal["law", "rule", "promise", "internal"]
Party = Literal["authority", "applicant"]
Deemed = Literal["accepted", "effective"]

COMPUTABLE: frozenset[str] = frozenset({"period", "immediate", "same_day", "next_day"})
LARGEST: Mapping[str, int] = {
    "working_days": 1000,
    "calendar_days": 3660,
    "months": 600,
    "years": 50,
}


class Cause(msgspec.Struct, frozen=True):
    """Why a clock may stand still: its code in data and events, its names for people."""

    code: str
    zh: str
    en: str


# The first two are printed in the items; the next eight are 行政许可法 art. 45.
CAUSES: Mapping[str, Cause] = {
    cause.code: cause
    for cause in (
        Cause("inspection", "组织现场审查", "on-site inspection"),
        Cause("rectification", "单位整改补正", "rectification by the unit"),
        Cause("hearing", "听证", "hearing"),
        Cause("tender", "招标", "tender"),
        Cause("auction", "拍卖", "auction"),
        Cause("testing", "检验", "inspection of goods or equipment"),
        Cause("examination", "检测", "technical examination"),
        Cause("quarantine", "检疫", "quarantine"),
        Cause("appraisal", "鉴定", "appraisal"),
        Cause("expert_review", "专家评审", "expert review"),
        Cause("public_notice", "公示", "public notice"),
        Cause("supplement", "补正材料", "supplement of materials"),
    )
}
ARTICLE_45: frozenset[str] = frozenset(
    {
        "hearing",
        "tender",
        "auction",
        "testing",
        "examination",
        "quarantine",
        "appraisal",
        "expert_review",
    }
)


def _count(n: int | None, unit: Unit | None, what: str) -> None:
    if unit is None:
        raise ClockError(f"{what} counts something: say in which unit ({', '.join(LARGEST)}).")
    if n is None or isinstance(n, bool) or not 0 <= n <= LARGEST[unit]:
        raise ClockError(f"{what} of {n} {unit} is not possible: 0 to {LARGEST[unit]}.")


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another length of the same limit for some offices or channels (remote: 15 instead of 5).

    Fields left out are the limit's own. `maximum`: the printed number is only an upper bound for
    the number that an office sets for itself (R-087); `Limit.for_office` sets that number.
    """

    n: int | None = None
    kind: Kind | None = None
    unit: Unit | None = None
    minimum: int | None = None
    maximum: bool = False
    title_zh: str = ""
    title_en: str = ""


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A printed right to lengthen the limit once, in the limit's own unit (R-084, R-085)."""

    n: int
    approved_by: str = ""
    notify: str = ""


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One limit of one item. `n` is the maximum; `minimum` of a range is information (R-086).

    kind: "period" counts `n` of `unit`. "immediate" (in the session), "same_day" and "next_day"
    (当日或隔天) count no days. "none" and "cyclic" have no date; `note`, `note_en` give the reason.
    rank: "law", "rule" (a working rule), "promise", "internal" (a watch step, never shown).
    start_event, end_event: event names as the item gives them. Both are needed to compute a date,
    because a limit that runs until handing over does not stop at the approval. exclusions: codes of
    CAUSES that stop this clock. inclusions: causes that the source counts as part of the limit
    (R-083), for the explanation. automatic: a machine decides, so the calendar is ignored. party:
    the party that has to meet the limit. deemed: the legal effect of silence after the end
    ("accepted" R-034, "effective" R-097). restartable: a law may restart the period (R-225).
    follow_up: the limit that a miss starts, counted from the original due date (R-088).
    """

    name: str
    kind: Kind
    n: int | None = None
    unit: Unit | None = None
    rank: Rank = "law"
    start_event: str = ""
    end_event: str = ""
    exclusions: frozenset[str] = frozenset()
    inclusions: frozenset[str] = frozenset()
    extension: Extension | None = None
    variants: Mapping[str, Variant] = {}
    minimum: int | None = None
    party: Party = "authority"
    automatic: bool = False
    deemed: Deemed | None = None
    restartable: bool = False
    follow_up: "Limit | None" = None
    unit_basis: str = ""
    basis: str = ""
    note: str = ""
    note_en: str = ""
    title_zh: str = ""
    title_en: str = ""

    def __post_init__(self) -> None:
        what = f"The limit {self.name!r}"
        if self.kind == "period":
            _count(self.n, self.unit, what)
        elif self.n is not None:
            raise ClockError(f"{what} is {self.kind} and has no number.")
        if self.kind in COMPUTABLE and not (self.start_event and self.end_event):
            raise ClockError(f"{what} must name the event that starts and the one that ends it.")
        if self.minimum is not None and not 0 <= self.minimum <= (self.n or 0):
            raise ClockError(f"{what} has a minimum of {self.minimum} above its {self.n}.")
        if unknown := sorted((self.exclusions | self.inclusions) - set(CAUSES)):
            raise ClockError(
                f"{what} names the cause {unknown[0]!r}; known are {', '.join(CAUSES)}."
            )
        if both := sorted(self.exclusions & self.inclusions):
            raise ClockError(f"{what} both stops for {both[0]!r} and includes it.")
        if self.deemed == "effective" and self.exclusions:
            raise ClockError(f"{what} takes effect by silence and cannot pause.")
        self._check_extension(what)
        for name in self.variants:
            self.variant(name)

    def _check_extension(self, what: str) -> None:
        if self.extension is None:
            return
        if self.kind != "period" or self.extension.n < 1:
            raise ClockError(f"{what} has an extension that lengthens nothing.")
        _count((self.n or 0) + self.extension.n, self.unit, f"{what}, extended,")

    def stops_for(self, cause: str | None) -> bool:
        """Whether this clock stands still for the cause (None: a what-if, obeyed by any limit).

        A limit whose end is an effect of silence stops for no cause (requirements, corrections).
        """
        return self.deemed != "effective" if cause is None else cause in self.exclusions

    def variant(self, name: str) -> Self:
        """This limit in the named variant; ClockError if there is no variant of that name."""
        found = self.variants.get(name)
        if found is None:
            known = ", ".join(sorted(self.variants)) or "none"
            raise ClockError(f"The limit {self.name!r} has no variant {name!r}; it has {known}.")
        kind = found.kind or self.kind
        period = kind == "period"
        return msgspec.structs.replace(
            self,
            kind=kind,
            n=(self.n if found.n is None else found.n) if period else None,
            unit=(found.unit or self.unit) if period else None,
            minimum=found.minimum,
            extension=self.extension if period else None,
            variants={},
        )

    def for_office(self, variant: str, n: int) -> Self:
        """This limit with the office's own number, at most the printed maximum (R-087).

        The office's own number is binding: the limit is no longer "at most".
        """
        found = self.variant(variant)
        if not self.variants[variant].maximum:
            raise ClockError(f"The variant {variant!r} of {self.name!r} leaves nothing to set.")
        if not 0 < n <= (found.n or 0):
            raise ClockError(f"An office may set 1 to {found.n} here, not {n}.")
        changed = msgspec.structs.replace(self.variants[variant], n=n, maximum=False)
        return msgspec.structs.replace(self, variants={**self.variants, variant: changed})


class Pause(msgspec.Struct, frozen=True):
    """A pause of the clock: the days after `start` up to and including `end` do not count.

    `end` None: still open. `cause` None: a what-if pause, which any limit obeys. Otherwise `cause`
    is a code of CAUSES, and only the limits that exclude this cause obey the pause.
    """

    start: date
    end: date | None
    cause: str | None = None

    def __post_init__(self) -> None:
        for day in (self.start, self.end):
            if day is not None:
                if type(day) is not date:
                    raise ClockError(f"A pause is given in days; {day!r} is none.")
                known_day(day)
        if self.end is not None and self.end < self.start:
            raise ClockError(
                f"The pause ends on {self.end.isoformat()}, before it starts on "
                f"{self.start.isoformat()}."
            )
        if self.cause is not None and self.cause not in CAUSES:
            raise ClockError(
                f"A clock cannot pause for {self.cause!r}; known causes are {', '.join(CAUSES)}."
            )

    @classmethod
    def between(cls, start: datetime, end: datetime | None, cause: str | None = None) -> "Pause":
        """The pause between two recorded times (ClockPaused, ClockResumed)."""
        return cls(local_day(start), None if end is None else local_day(end), cause)


class Restart(msgspec.Struct, frozen=True):
    """A restart of the period by law at this time (R-225); the last restart counts."""

    at: datetime
    reason: str

    def __post_init__(self) -> None:
        local_day(self.at)
        if not self.reason.strip():
            raise ClockError("A restart of a period must say which rule restarts it.")


def parse_pause(text: str) -> Pause:
    """The pause in a text such as 2026-10-09/2026-10-13[:cause]; without an end date it is open."""
    days, _, cause = text.partition(":")
    start, slash, end = days.partition("/")
    if not slash:
        raise ClockError(f"{text!r} is not a pause; write it as 2026-10-09/2026-10-13:inspection.")
    code: str | None = None
    if cause:
        by_zh = {known.zh: known.code for known in CAUSES.values()}
        code = by_zh.get(cause, cause)
    return Pause(parse_day(start), parse_day(end) if end else None, code)


def watch_limit(*, licence: bool) -> Limit:
    """The internal limit that watches a case without any printed limit; never shown as a promise.

    Licences: 20 working days (行政许可法 art. 42); others: two months (行政诉讼法 art. 47).
    """
    return Limit(
        name="watch",
        kind="period",
        n=20 if licence else 2,
        unit="working_days" if licence else "months",
        rank="internal",
        start_event="accepted",
        end_event="decided",
        basis="行政许可法 art. 42" if licence else "行政诉讼法 art. 47",
    )
