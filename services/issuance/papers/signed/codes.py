"""The id of a paper, which is the code that is printed on it: 80 bits that nobody can guess."""

import base64
import hashlib
import hmac
import re
import unicodedata

from shared.case.issuance.paper import PaperKind

CODE_BYTES = 10
CODE_LENGTH = 16
_CODE = re.compile(r"[a-z2-7]{16}\Z")
# Characters that are not in a code, and what a person who reads one aloud or copies it means.
_MEANT = str.maketrans({"0": "o", "1": "i", "8": "b"})
_BETWEEN = frozenset({"Pd", "Zs", "Cc", "Cf"})  # hyphens, blanks, what is not seen
_MINUS = "\N{MINUS SIGN}"


def paper_id(key: bytes, *, case: str, kind: PaperKind, result: str, of_version: int) -> str:
    """The id of a paper of a case. `key`: the applicant's; without it no id is found any more."""
    message = f"paper|{case}|{kind}|{result}|{of_version}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.b32encode(digest[:CODE_BYTES]).decode("ascii").lower()


def shown_code(paper: str) -> str:
    """The code in groups of four, as it is printed."""
    code = paper.upper()
    return "-".join(code[n : n + 4] for n in range(0, CODE_LENGTH, 4))


def typed_plainly(text: str) -> str:
    """What was typed, in small letters of one width, without the hyphens and blanks between."""
    same = unicodedata.normalize("NFKC", text).lower().replace(_MINUS, "")
    return "".join(one for one in same if unicodedata.category(one) not in _BETWEEN)


def typed_code(text: str) -> str | None:
    """The id that somebody typed or scanned, however it was written; None for what is no code."""
    code = typed_plainly(text).translate(_MEANT)
    return code if _CODE.match(code) else None
