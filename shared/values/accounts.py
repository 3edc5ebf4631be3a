"""The number of a bank account: 8 to 30 digits, written with or without blanks between them.

Pure. Accounts of organisations have no check digit that all banks share, so none is asked for.
"""

import re

from shared.values.texts import BLANKS
from shared.values.unusable import Unusable

LONGEST_ACCOUNT = 60
ACCOUNT = rf"^[{BLANKS}]*[0-9](?:[{BLANKS}-]?[0-9]){{7,29}}[{BLANKS}]*$"
_ACCOUNT = re.compile(ACCOUNT.removesuffix("$") + r"\Z")


def read_account_number(text: str) -> str:
    """The number as it is kept: its digits alone.

    Raises:
        Unusable: `account-form`.
    """
    if not _ACCOUNT.match(text):
        raise Unusable(
            "account-form",
            "账号应为8至30位数字，请核对。",
            "The number of a bank account has 8 to 30 digits.",
        )
    return re.sub(f"[{BLANKS}-]", "", text)
