"""The code by which a document is collected (取件码): eight digits that are kept nowhere.

It follows from the applicant's key and the event that gave it. Eight digits are enough because a
third wrong one locks it.
"""

import hashlib
import hmac

from services.issuance.papers.signed.codes import typed_plainly

DIGITS = 8


def voucher_code(key: bytes, *, case: str, document: str, since: int) -> str:
    """The code that the event of version `since` gave. `key`: the applicant's."""
    message = f"voucher|{case}|{document}|{since}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:16]) % 10**DIGITS:0{DIGITS}d}"


def shown_voucher(code: str) -> str:
    """The code in two groups of four, as it is shown to the applicant."""
    return f"{code[:4]} {code[4:]}"


def same_code(typed: str, code: str) -> bool:
    """Whether somebody typed this code, with blanks or without."""
    return hmac.compare_digest(typed_plainly(typed).encode(), code.encode())
