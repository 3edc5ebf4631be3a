"""Reading the files of the catalogue: everything that is wrong in them, at once, with its line.

A folder is read whole or not at all: a catalogue with one wrong file is not loaded by halves.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson

from shared.catalogue.across import across
from shared.catalogue.consistent import faults_of
from shared.catalogue.defaults import Defaults, resolve, used_values
from shared.catalogue.item import Item, ItemFile
from shared.catalogue.problems import CatalogueError, Problem
from shared.catalogue.typed import Misfit, typed
from shared.clock.lined_yaml import BadYaml, LinedYaml, read_yaml

S = TypeVar("S", bound=msgspec.Struct)


class Read(msgspec.Struct, frozen=True):
    """One file that was read: its name, what it says, as plain values with lines, and typed."""

    name: str
    lined: LinedYaml
    file: ItemFile

    def problem(self, path: tuple[str | int, ...], sentence: str) -> Problem:
        """A problem at a path in this file."""
        return Problem(self.name, self.lined.line(*path), sentence, self.file.id)


def read_file(name: str, content: bytes) -> Read:
    """What one file says, checked by itself; CatalogueError names all that is wrong in it."""
    lined = _yaml(name, content)
    read = Read(name, lined, _typed(name, lined, ItemFile))
    problems = [read.problem(path, sentence) for path, sentence in faults_of(read.file)]
    stem = name.rpartition("/")[2].removesuffix(".yaml").partition(".")[0]
    if stem != read.file.id:
        said = f"The file is named for another item than {read.file.id}."
        problems.insert(0, read.problem(("id",), said))
    if problems:
        raise CatalogueError(problems)
    return read


def read_defaults(content: bytes) -> Defaults:
    """The named defaults; CatalogueError names all that is wrong."""
    return _typed("defaults.yaml", _yaml("defaults.yaml", content), Defaults)


def read_item(name: str, content: bytes, defaults: Defaults) -> Item:
    """One item from the content of its file, by itself: nothing it refers to is looked up."""
    return item_of(read_file(name, content), defaults)


def item_of(read: Read, defaults: Defaults) -> Item:
    """The item with its defaults and its hash.

    What the file says is hashed, not what we make of it: a field that is added to the code later
    leaves the pins of older cases as they are.
    """
    text = resolve(read.file, defaults)
    said = {"file": read.lined.value, "defaults": used_values(text, defaults)}
    canonical = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return Item(text=text, hash=hashlib.sha256(canonical).hexdigest())


def read_files(files: Iterable[tuple[str, bytes]]) -> tuple[list[Read], list[Problem]]:
    """Every file that can be read, and every problem: within files and between them."""
    reads: list[Read] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            reads.append(read_file(name, content))
        except CatalogueError as error:
            problems += error.problems
    # An item that cannot be read is still an item: nobody who names it is blamed for that.
    unreadable = {Path(problem.file).stem for problem in problems}
    problems += across({read.file.id: (read.file, read.problem) for read in reads}, also=unreadable)
    names: dict[str, str] = {}
    for read in reads:
        first = names.setdefault(read.file.id, read.name)
        if first != read.name:
            problems.append(read.problem(("id",), f"{first} has this id too."))
    return reads, sorted(problems)


def read_catalogue(folder: Path) -> tuple[list[Item], Defaults]:
    """All items of a folder (`items/<source>/<id>.yaml`, `defaults.yaml`), or CatalogueError."""
    defaults = read_defaults((folder / "defaults.yaml").read_bytes())
    reads, problems = read_files(item_files(folder))
    if problems:
        raise CatalogueError(problems)
    return [item_of(read, defaults) for read in reads], defaults


def item_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names (relative to the folder) and contents of the files of items, in order."""
    for path in sorted((folder / "items").glob("*/*.yaml")):
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _yaml(name: str, content: bytes) -> LinedYaml:
    try:
        return read_yaml(content)
    except BadYaml as error:
        raise CatalogueError(
            [Problem(name, fault.line, fault.sentence, "") for fault in error.faults]
        ) from None


def _typed(name: str, lined: LinedYaml, cls: type[S]) -> S:
    try:
        return typed(lined.value, cls)
    except Misfit as error:
        said: Mapping[str, Any] = lined.value if isinstance(lined.value, dict) else {}
        item = str(said.get("id", ""))
        raise CatalogueError(
            [
                Problem(name, lined.line(*path), f"{_where(path)}{sentence}", item)
                for path, sentence in error.faults
            ]
        ) from None


def _where(path: tuple[str | int, ...]) -> str:
    words = "".join(f"[{at + 1}]" if isinstance(at, int) else f".{at}" for at in path)
    return f"{words.removeprefix('.')}: " if words else ""
