"""The errors of a catalogue: each has a file, a line and a sentence; all are reported together."""

from collections.abc import Sequence
from typing import NamedTuple


class FileProblem(NamedTuple):
    """One fault of one file; `line` counts from 1, `item` is "" where the file names no item."""

    file: str
    line: int
    sentence: str
    item: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class CatalogueError(ValueError):
    """The catalogue cannot be used; `problems` lists every fault."""

    def __init__(self, problems: Sequence[FileProblem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        told = [problems] if isinstance(problems, str) else [str(one) for one in problems]
        super().__init__("\n".join(told))
