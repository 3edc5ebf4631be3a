"""What is wrong with a catalogue: always a file, a line and a sentence, and always all of it."""

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One fault of one file; `line` counts from 1, `item` is "" where the file names none."""

    file: str
    line: int
    sentence: str
    item: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class CatalogueError(ValueError):
    """The catalogue cannot be used; `problems` are all that were found."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        told = [problems] if isinstance(problems, str) else [str(one) for one in problems]
        super().__init__("\n".join(told))
