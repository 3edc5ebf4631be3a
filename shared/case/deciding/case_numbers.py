"""The number of a case that people read and say (业务流水号): pure, from day, region and serial.

`YYYYMMDD` + 6 digits of the region (GB/T 2260) + 5 of the serial + a check digit: 20 digits. The
check digit is that of ISO 7064 MOD 11-2; a serial whose check would be the 11th character, X, is
left out. Case numbers are no document numbers: gaps are allowed.
"""

import re
from collections.abc import Iterator
from datetime import date

from shared.values.check_characters import mod_11_2

LENGTH = 20
PATTERN = r"[0-9]{20}"
LAST_SERIAL = 99_999
_NUMBER = re.compile(PATTERN, re.ASCII)


def numbers_of(day: date, region: str, first: int, last: int) -> Iterator[str]:
    """The case numbers of the serials from `first` to `last` that have a check digit."""
    for serial in range(first, last + 1):
        stem = f"{day:%Y%m%d}{region}{serial:05d}"
        check = mod_11_2(stem)
        if check != "X":
            yield f"{stem}{check}"


def is_case_number(text: str) -> bool:
    """Whether a text is a case number by its form and its check digit."""
    return bool(_NUMBER.fullmatch(text)) and mod_11_2(text[:-1]) == text[-1]
