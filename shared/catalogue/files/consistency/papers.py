"""The rules for the papers of an item: what they show, and how their number is printed."""

from collections.abc import Iterator

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.rules.printed_number import BadFormat, check_format

FACT = "fact:"


def papers_right(file: ItemFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """A number format that prints one number once; on a paper, answers that are given once."""
    questions = {fact.code for fact in file.asked_once}
    for at, result in enumerate(listed(file.results)):
        if result.number_format:
            try:
                check_format(result.number_format)
            except BadFormat as error:
                yield ("results", at, "number_format"), str(error)
        for named in result.must_show:
            code = named.removeprefix(FACT)
            if named.startswith(FACT) and code not in questions:
                yield (
                    ("results", at, "paper", "must_show"),
                    f"There is no question {code!r} that is answered once.",
                )
