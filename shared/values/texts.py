r"""The one rule for every text that people write: names, addresses, reasons, explanations.

`TEXT` is the rule as a pattern, in the grammar that Python's `re` and JSON Schema's ECMA-262 (with
its flag u) share, so that what is published is what is checked. Characters beyond the BMP stand in
it as themselves: the two grammars write them differently.

Everything here is pure. What a text may not have: a control character but tab and line breaks, a
mark of the reading direction, an invisible character, a code point that is no character (private
use, as old GBK systems have it). What it must have: something to see.
"""

import re
import unicodedata

from shared.values.unusable import Unusable

_BREAKS = r"\t\n\r\u2028\u2029"
BLANKS = _BREAKS + r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_CHARACTERS = r"\ue000-\uf8ff\ufdd0-\ufdef\ufffc-\uffff" + "\U000f0000-\U0010ffff"
_INVISIBLE = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb" + "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
# Between two characters that join, these change what is seen; anywhere else they are invisible.
_JOINERS = r"\u180e\u200c\u200d"
# Arabic, the scripts of India, Mongolian, and pictures that are joined to one.
_JOINING = (
    r"\u0600-\u061b\u061d-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u1810-\u18af\u2600-\u27bf"
    r"\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc" + "\U0001f300-\U0001faff"
)
# They choose the form of the character before them (variation selectors).
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f" + "\U000e0100-\U000e01ef"

_NEVER = _CONTROLS + _DIRECTIONS + _NO_CHARACTERS + _INVISIBLE
_JOINED = f"(?:[{_JOINERS}][{_JOINING}{_SELECTORS}])*"
# Blanks; then something to see; then anything that is allowed. Each character can be read in one
# way only, so that the search takes time in proportion to the text.
TEXT = (
    f"^[{BLANKS}]*"
    f"(?:[^{_NEVER}{_JOINERS}{_JOINING}{_SELECTORS}{BLANKS}]|[{_JOINING}]{_JOINED})"
    f"(?:[^{_NEVER}{_JOINERS}{_JOINING}{_SELECTORS}]|[{_JOINING}{_SELECTORS}]{_JOINED})*$"
)

_TEXT = re.compile(TEXT.removesuffix("$") + r"\Z")
_BLANK_RUN = re.compile(f"[{BLANKS}]+")
_BLANK_BEFORE = re.compile(f"^[{BLANKS}]+")
_BREAK = re.compile(f"[{_BREAKS}]")
_LINE_END = re.compile(r"\r\n|[\r\u2028\u2029]")
_SEEN = re.compile(f"[^{_NEVER}{_JOINERS}{_SELECTORS}{BLANKS}]")
_WHY = (
    (
        re.compile(f"[{_DIRECTIONS}]"),
        Unusable(
            "text-direction",
            "不得含有改变文字方向的符号。",
            "Marks of the reading direction are not allowed.",
        ),
    ),
    (
        re.compile(f"[{_CONTROLS}]"),
        Unusable("text-control", "不得含有控制字符。", "Control characters are not allowed."),
    ),
    (
        re.compile(f"[{_NO_CHARACTERS}]"),
        Unusable(
            "text-private",
            "含有自造字或无法识别的字（私用区编码），其他系统无法识别，请用输入法重新输入该字。",
            "A character has a private code that no other system reads: type it anew.",
        ),
    ),
)


def tidied(text: str, *, lines: bool = False) -> str:
    """The text as it is kept: NFC, without blanks around it, in one line unless `lines`.

    In one line a run of blanks with a tab or a line break becomes one blank; in `lines` every kind
    of line break becomes a line feed.

    Raises:
        Unusable: the text breaks the rule.
    """
    if not _TEXT.match(text):
        raise _why(text)
    kept = trimmed(unicodedata.normalize("NFC", text))
    return _LINE_END.sub("\n", kept) if lines else _BLANK_RUN.sub(_folded, kept)


def trimmed(text: str) -> str:
    """The text without the blanks around it."""
    end = len(text)
    while end and _BLANK_RUN.match(text, end - 1):
        end -= 1
    return _BLANK_BEFORE.sub("", text[:end])


def _folded(run: re.Match[str]) -> str:
    return " " if _BREAK.search(run[0]) else run[0]


def _why(text: str) -> Unusable:
    """Why the pattern does not match."""
    found = next((why for pattern, why in _WHY if pattern.search(text)), None)
    if found:
        return found
    if not _SEEN.search(text):
        return Unusable("text-blank", "须填写可见的文字。", "There is nothing to see in it.")
    return Unusable(
        "text-invisible", "不得含有不可见字符。", "Invisible characters are not allowed."
    )
