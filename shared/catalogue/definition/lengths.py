"""The length of a limit in words, for comparisons of editions and for pages."""

from shared.catalogue.definition.schedule import LimitRule
from shared.clock.counting.limits import CAUSES
from shared.clock.telling.wording import amount, kind


def length_zh(limit: LimitRule) -> str:
    """The length of a limit in Chinese, as `limit_words` says it in English."""
    if limit.kind != "period" or limit.n is None or limit.unit is None:
        return kind(limit).zh
    text = amount(limit.n, limit.unit).zh
    if limit.minimum is not None:
        text = f"{limit.minimum}至{text}"
    if limit.extension:
        text += f"，可延长{amount(limit.extension.n, limit.unit).zh}"
    if limit.exclusions:
        text += f"，不含{'、'.join(CAUSES[code].zh for code in sorted(limit.exclusions))}"
    return text


def limit_words(limit: LimitRule) -> str:
    """The length of a limit in English, with its pauses and its possible extension."""
    if limit.kind != "period":
        words = {"immediate": "in the session", "same_day": "on the same day"}
        words |= {"next_day": "by the next working day", "none": "no date", "cyclic": "by a cycle"}
        return words[limit.kind]
    count = f"{limit.minimum} to {limit.n}" if limit.minimum is not None else str(limit.n)
    unit = (limit.unit or "").replace("_", " ")
    text = f"{count} {unit}" if limit.n != 1 else f"{count} {unit.removesuffix('s')}"
    if limit.extension:
        text += f", {limit.extension.n} more where it is extended"
    if limit.exclusions:
        text += f", without {', '.join(sorted(limit.exclusions)).replace('_', ' ')}"
    return text
