"""Reading the files of the catalogue: every fault is reported at once, with its line.

A folder is read as a whole or not at all: one faulty file stops the catalogue from loading.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson

from shared.catalogue.definition.item import Item, ItemFile
from shared.catalogue.definition.problems import CatalogueError, FileProblem
from shared.catalogue.files.across import across
from shared.catalogue.files.consistency.file import faults_of
from shared.catalogue.files.partial import mended
from shared.catalogue.files.strict_reading import Misfit, typed
from shared.catalogue.rules.defaults import Defaults, resolve, unknown_reasons, used_values
from shared.clock.calendar.lined_yaml import BadYaml, LinedYaml, read_yaml

S = TypeVar("S", bound=msgspec.Struct)
Content = bytes | OSError  # a file's content, or the error of reading it


class Read(msgspec.Struct, frozen=True):
    """One file that was read: its name, its plain values with lines, and its typed content."""

    name: str
    lined: LinedYaml
    file: ItemFile

    def problem(self, path: tuple[str | int, ...], sentence: str) -> FileProblem:
        """A problem at a path in this file."""
        return FileProblem(self.name, self.lined.line(*path), sentence, self.file.id)


def read_file(name: str, content: bytes) -> Read:
    """The content of one file, checked by itself; CatalogueError names every fault in it."""
    read, problems = _read(name, content)
    if problems or read is None:
        raise CatalogueError(problems)
    return read


def _read(name: str, content: bytes) -> tuple[Read | None, list[FileProblem]]:
    """The content of one file and all its faults; None if nothing in it can be checked further.

    If there are faults, the content only serves further checks.
    """
    problems: list[FileProblem] = []
    lined: LinedYaml | None
    try:
        lined = read_yaml(content)
    except BadYaml as error:
        problems += _unread(name, error)
        lined = error.rest
    if lined is None:
        return None, problems
    aside: frozenset[str] = frozenset()
    try:
        file = typed(lined.value, ItemFile)
        faults = faults_of(file)
    except Misfit as misfit:
        problems += _misfits(name, lined, misfit)
        rest = mended(lined.value, misfit)
        if rest is None:
            return None, sorted(problems)
        file, aside, faults = rest.file, rest.aside, list(rest.faults)
    read = Read(name, lined, file)
    problems += [read.problem(path, sentence) for path, sentence in faults]
    stem = name.rpartition("/")[2].removesuffix(".yaml").partition(".")[0]
    if "id" not in aside and stem != file.id:
        said = f"The file is named for another item than {file.id}."
        problems.append(read.problem(("id",), said))
    return (None if aside & {"id", "kind"} else read), sorted(problems)


def read_defaults(content: bytes) -> Defaults:
    """The named defaults; CatalogueError names every fault."""
    return _typed("defaults.yaml", _yaml("defaults.yaml", content), Defaults)


def read_item(name: str, content: bytes, defaults: Defaults) -> Item:
    """One item from its file's content, checked by itself: its references are not looked up."""
    return item_of(read_file(name, content), defaults)


def item_of(read: Read, defaults: Defaults) -> Item:
    """The item with its defaults and its hash.

    The hash covers the file's own content instead of the decoded item. A field that is added to the
    code later therefore leaves the pins of older cases unchanged.
    """
    text = resolve(read.file, defaults)
    said = {"file": read.lined.value, "defaults": used_values(text, defaults)}
    canonical = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return Item(text=text, hash=hashlib.sha256(canonical).hexdigest())


def read_files(files: Iterable[tuple[str, Content]]) -> tuple[list[Read], list[FileProblem]]:
    """Every readable file, and every problem within and between files."""
    reads: list[Read] = []
    broken: list[Read] = []
    problems: list[FileProblem] = []
    for name, content in files:
        if isinstance(content, OSError):
            said = f"The file cannot be read: {content.strerror}."
            problems.append(FileProblem(name, 1, said, ""))
            continue
        read, found = _read(name, content)
        problems += found
        if read is not None:
            (broken if found else reads).append(read)
    # An unreadable item still exists, so files that refer to it are not at fault.
    unreadable = {Path(problem.file).stem for problem in problems}
    asked = {read.file.id: (read.file, read.problem) for read in (*broken, *reads)}
    problems += across(asked, also=unreadable)
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
    problems += unnamed(reads, defaults)
    if problems:
        raise CatalogueError(problems)
    return [item_of(read, defaults) for read in reads], defaults


def unnamed(reads: Iterable[Read], defaults: Defaults) -> list[FileProblem]:
    """Every reason that a file names and `defaults.yaml` does not have."""
    return [
        read.problem(path, sentence)
        for read in reads
        for path, sentence in unknown_reasons(read.file, defaults)
    ]


def item_files(folder: Path) -> Iterator[tuple[str, Content]]:
    """Names (relative to the folder) and contents of the item files, in order.

    For a file that cannot be read, a folder or a dangling link, the content is the error.
    """
    for path in sorted((folder / "items").glob("*/*.yaml")):
        content: Content
        try:
            content = path.read_bytes()
        except OSError as error:
            content = error
        yield path.relative_to(folder).as_posix(), content


def _yaml(name: str, content: bytes) -> LinedYaml:
    try:
        return read_yaml(content)
    except BadYaml as error:
        raise CatalogueError(_unread(name, error)) from None


def _unread(name: str, error: BadYaml) -> list[FileProblem]:
    return [FileProblem(name, fault.line, fault.sentence, "") for fault in error.faults]


def _typed(name: str, lined: LinedYaml, cls: type[S]) -> S:
    try:
        return typed(lined.value, cls)
    except Misfit as error:
        raise CatalogueError(_misfits(name, lined, error)) from None


def _misfits(name: str, lined: LinedYaml, misfit: Misfit) -> list[FileProblem]:
    said: Mapping[str, Any] = lined.value if isinstance(lined.value, dict) else {}
    item = str(said.get("id", ""))
    return [
        FileProblem(name, lined.line(*path), f"{_where(path)}{sentence}", item)
        for path, sentence in misfit.faults
    ]


def _where(path: tuple[str | int, ...]) -> str:
    words = "".join(f"[{at + 1}]" if isinstance(at, int) else f".{at}" for at in path)
    return f"{words.removeprefix('.')}: " if words else ""
