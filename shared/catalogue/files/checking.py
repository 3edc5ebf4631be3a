"""`caseledger catalogue check` as data: every error of the files, and every warning."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from shared.catalogue.definition.problems import CatalogueError, FileProblem
from shared.catalogue.files.authorities import jurisdiction_of, unknown_codes
from shared.catalogue.files.compiled import read_compiled, read_version, sources_hash
from shared.catalogue.files.findings import ItemFinding, findings, unknown_acknowledgements
from shared.catalogue.files.reading import (
    Content,
    Read,
    item_files,
    read_defaults,
    read_files,
    unnamed,
)
from shared.catalogue.rules.defaults import Defaults, resolve


class Checked(msgspec.Struct, frozen=True):
    """The outcome of a check. `items`: the number of readable files; only these have warnings."""

    items: int
    errors: tuple[FileProblem, ...]
    warnings: tuple[ItemFinding, ...]
    compiled: Literal["fresh", "stale"]


def checked(folder: Path, files: Sequence[Path] = ()) -> Checked:
    """Check a catalogue; with `files`, report only on these, as part of the catalogue."""
    errors: list[FileProblem] = []
    defaults = _defaults(folder, errors)
    reads, problems = read_files(_contents(folder, files))
    errors += problems
    errors += [one for read in reads for one in _acknowledged(read, defaults)]
    errors += unnamed(reads, defaults) if defaults else []
    errors += _unknown(folder, reads)
    warnings = findings(resolve(read.file, defaults) for read in reads) if defaults else []
    judged = {_name(folder, path) for path in files}
    if judged:
        errors = [one for one in errors if one.file in judged]
        reads = [read for read in reads if read.name in judged]
        ids = {read.file.id for read in reads}
        warnings = [one for one in warnings if one.item in ids]
    compiled = read_compiled(folder)
    fresh = compiled is not None and compiled.sources == sources_hash(folder)
    return Checked(
        len(reads), tuple(sorted(errors)), tuple(warnings), "fresh" if fresh else "stale"
    )


def _contents(folder: Path, files: Sequence[Path]) -> list[tuple[str, Content]]:
    """The files of the folder, replaced or extended by the named files.

    A named file from elsewhere replaces the folder's file of the same name: it is checked as the
    next content of that file.
    """
    contents = dict(item_files(folder))
    for path in files:
        name = _name(folder, path)
        if name not in contents:
            for known in [one for one in contents if Path(one).name == path.name]:
                del contents[known]
        try:
            contents[name] = path.read_bytes()
        except OSError as error:
            raise CatalogueError(f"{path} cannot be read: {error.strerror}.") from None
    return list(contents.items())


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _defaults(folder: Path, errors: list[FileProblem]) -> Defaults | None:
    try:
        read_version(folder)
        return read_defaults((folder / "defaults.yaml").read_bytes())
    except FileNotFoundError:
        errors.append(FileProblem("defaults.yaml", 1, "The file is missing.", ""))
    except CatalogueError as error:
        errors += error.problems or [FileProblem("catalogue.yaml", 1, str(error), "")]
    return None


def _acknowledged(read: Read, defaults: Defaults | None) -> list[FileProblem]:
    if defaults is None:
        return []
    return [
        read.problem(("findings_ack", code), f"No warning has the code {code!r}.")
        for code in unknown_acknowledgements(resolve(read.file, defaults))
    ]


def _unknown(folder: Path, reads: Sequence[Read]) -> list[FileProblem]:
    """What the jurisdiction does not have, and what is wrong with its own file."""
    try:
        jurisdiction = jurisdiction_of(folder)
    except CatalogueError as error:
        return list(error.problems)
    return [
        read.problem(path, sentence)
        for read in reads
        for path, sentence in unknown_codes(read.file, jurisdiction)
    ]
