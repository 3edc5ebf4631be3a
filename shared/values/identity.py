"""Numbers of identity documents: each kind with its own rule, as its standard has it.

Pure; today comes in. `pattern` is the form that a published schema can say, for the number as it
was sent: blanks around it and small letters are taken. A check character, a real date and a date
in the future are beyond a schema.

- GB 11643-1999: six digits of a region, the day of birth, three digits, ISO 7064 MOD 11-2. The
  regions 81, 82 and 83 are those of the residence permits of Hong Kong, Macao and Taiwan residents.
- GB 32100-2015: the code of an organisation, whose last character is its check character (weights
  3^n mod 31). The code by GB 11714 inside it is not checked again.
- The permanent residence card of 2023 has 18 characters, begins with 9 and is built like GB 11643;
  the older one has three letters and twelve digits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from shared.values.check_characters import mod_11_2
from shared.values.texts import BLANKS, trimmed
from shared.values.unusable import Unusable

IdentityKind = Literal[
    "resident-id",
    "hk-macao-taiwan-residence-permit",
    "permanent-residence-card",
    "passport",
    "credit-code",
    "none",
]
EARLIEST = date(1900, 1, 1)
ADULT_ACTS_ALONE_FROM = 16  # years; below it a guardian applies (居民身份证法 art. 7)
OF_AGE_FROM = 18  # years (民法典 art. 17); a guardian of somebody older is appointed (art. 28)

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z


def _no_date() -> Unusable:
    return Unusable(
        "id-date", "号码中的出生日期不存在，请核对。", "The number has no real date of birth."
    )


def born_later() -> Unusable:
    """The refusal of a number whose day of birth is yet to come."""
    return Unusable(
        "id-date-future",
        "号码中的出生日期晚于今天，请核对。",
        "The number has a date of birth in the future.",
    )


def _wrong_check() -> Unusable:
    return Unusable(
        "id-check",
        "号码的校验码不符，请核对是否输错。",
        "The number's check character does not fit: look for a typing error.",
    )


def _nothing(_number: str, _today: date) -> None:
    """No more is known of such a number than its form."""


def _personal(number: str, today: date) -> None:
    born = _born(number)
    if born is None or born < EARLIEST:
        raise _no_date()
    if born > today:
        raise born_later()
    if number[17] != mod_11_2(number[:17]):
        raise _wrong_check()


def _permanent(number: str, today: date) -> None:
    if number[0] == "9":  # the older cards have a rule of their own that nobody published
        _personal(number, today)


def _organisation(number: str, _today: date) -> None:
    total = sum(_CREDIT.index(c) * pow(3, n, 31) for n, c in enumerate(number[:17]))
    if number[17] != _CREDIT[-total % 31]:
        raise _wrong_check()


def _born(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


@dataclass(frozen=True)
class Identity:
    """A kind of identity document: its names, its number's form, and what else must be right.

    `form` and `check` see the number in capital letters. `dated`: the number has a day of birth.
    """

    zh: str
    en: str
    form: str
    check: Callable[[str, date], None] = _nothing
    dated: bool = False

    @property
    def pattern(self) -> str:
        """The form for a number as it was sent."""
        return f"^[{BLANKS}]*(?:{_either_case(self.form)})[{BLANKS}]*$"


def _either_case(form: str) -> str:
    """The form with small letters beside the capital ones; it has letters in classes alone."""
    return re.sub(r"\[[^\]]*\]", lambda part: part[0][:-1] + _small(part[0]) + "]", form)


def _small(part: str) -> str:
    return "".join(re.findall("[A-Z]-[A-Z]|[A-Z]", part)).lower()


# Every kind of person's document and that of an organisation. The words are on the wire and sealed
# with cases: one may be added, none renamed.
IDENTITIES: Mapping[IdentityKind, Identity] = MappingProxyType(
    {
        "resident-id": Identity(
            "居民身份证",
            "Resident identity card",
            r"[1-9][0-9]{16}[0-9X]",
            _personal,
            dated=True,
        ),
        "hk-macao-taiwan-residence-permit": Identity(
            "港澳台居民居住证",
            "Residence permit of a Hong Kong, Macao or Taiwan resident",
            r"8[123]0000[0-9]{11}[0-9X]",
            _personal,
            dated=True,
        ),
        "permanent-residence-card": Identity(
            "外国人永久居留身份证",
            "Permanent residence card of a foreigner",
            r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}",
            _permanent,
            dated=True,
        ),
        "passport": Identity("护照", "Passport", r"[A-Z0-9]{5,15}"),
        "credit-code": Identity(
            "统一社会信用代码",
            "Unified social credit code",
            r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}",
            _organisation,
        ),
        "none": Identity("尚无证件", "None yet", ""),
    }
)
# Any of them, as far as a schema that does not know the kind can say it.
NUMBER = f"^[{BLANKS}]*[A-Za-z0-9]{{1,18}}[{BLANKS}]*$"
LONGEST_NUMBER = 40  # with blanks around it
NOT_BORN_YET = date.max  # for `read_number` where no clock is at hand: nothing is in the future
PERSONAL: tuple[IdentityKind, ...] = tuple(kind for kind in IDENTITIES if kind != "credit-code")


def capitals(number: str) -> str:
    """A number of any kind in capital letters, without blanks around it.

    Raises:
        Unusable: `id-form`.
    """
    if not re.fullmatch(NUMBER, number):
        raise Unusable(
            "id-form",
            "证件号码只能由数字和字母组成。",
            "A number of an identity document has digits and letters alone.",
        )
    return trimmed(number).upper()


def read_number(kind: IdentityKind, number: str, *, today: date) -> str:
    """The number as it is kept: in capital letters, without blanks around it.

    `today`: the day in Shanghai, after which nobody is born.

    Raises:
        Unusable: `id-form`, `id-date`, `id-date-future` or `id-check`.
    """
    identity = IDENTITIES[kind]
    if not re.fullmatch(identity.pattern, number):
        raise Unusable(
            "id-form",
            f"不符合{identity.zh}号码的格式，请核对证件种类和号码。",
            f"This is not the form of a number of this kind: {identity.en}.",
        )
    kept = capitals(number)
    identity.check(kept, today)
    return kept


def born_on(kind: IdentityKind, number: str) -> date | None:
    """The day of birth in a number that was read; None where such a number has none."""
    if not IDENTITIES[kind].dated or len(number) != 18:  # noqa: PLR2004  the form of GB 11643
        return None
    return _born(number)


def needs_guardian(born: date | None, today: date) -> bool:
    """Whether a person is too young to apply alone; on the sixteenth birthday nobody is."""
    return born is not None and _years(born, today) < ADULT_ACTS_ALONE_FROM


def of_age(born: date | None, today: date) -> bool:
    """Whether a person is of age for certain: a number without a date of birth says nothing."""
    return born is not None and _years(born, today) >= OF_AGE_FROM


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
