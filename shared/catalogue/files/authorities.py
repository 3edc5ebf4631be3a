"""The written jurisdiction, `jurisdiction.yaml`: read, checked, and compiled beside the catalogue.

Every authority and every office that an item names must stand in it.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.problems import CatalogueError, FileProblem
from shared.catalogue.files.strict_reading import Misfit, typed
from shared.clock.calendar.lined_yaml import BadYaml, read_yaml
from shared.jurisdiction import Jurisdiction, packaged_jurisdiction

WRITTEN = "jurisdiction.yaml"
Fault = tuple[tuple[str | int, ...], str]


def jurisdiction_of(folder: Path) -> Jurisdiction:
    """The written jurisdiction of a folder; the packaged one for a folder without one.

    Raises:
        CatalogueError: naming every fault with its line.
    """
    path = folder / WRITTEN
    if not path.is_file():
        return packaged_jurisdiction()
    return written(path.read_bytes())


def written(content: bytes) -> Jurisdiction:
    """The jurisdiction in a written file; CatalogueError names every fault."""
    try:
        lined = read_yaml(content)
        found = typed(lined.value, Jurisdiction)
    except BadYaml as error:
        told = [FileProblem(WRITTEN, one.line, one.sentence, "") for one in error.faults]
        raise CatalogueError(told) from None
    except Misfit as error:
        told = [FileProblem(WRITTEN, lined.line(*at), said, "") for at, said in error.faults]
        raise CatalogueError(told) from None
    faults = [FileProblem(WRITTEN, lined.line(*at), said, "") for at, said in found.faults()]
    if faults:
        raise CatalogueError(sorted(faults))
    return found


def compiled_bytes(jurisdiction: Jurisdiction) -> bytes:
    """The content of the compiled file: JSON, indented so that a diff can be read."""
    text = msgspec.json.encode(jurisdiction, order="deterministic")
    return msgspec.json.format(text, indent=1) + b"\n"


def unknown_codes(file: ItemFile, jurisdiction: Jurisdiction) -> Iterator[Fault]:
    """What of an item the jurisdiction does not have: its authority, and its offices under it."""
    source = file.source.document
    if source not in jurisdiction.sources:
        yield ("source", "document"), f"{WRITTEN} names no region for the source {source}."
    if file.department not in {*jurisdiction.authorities, "unknown"}:
        yield ("department",), f"{WRITTEN} has no authority {file.department}."
    for at, office in enumerate(listed(file.offices)):
        known = jurisdiction.offices.get(office.code) if office.code else None
        if office.code and known is None:
            yield ("offices", at, "code"), f"{WRITTEN} has no office {office.code}."
        elif known is not None and known.authority != file.department:
            said = f"{office.code} is an office of {known.authority}, not of {file.department}."
            yield ("offices", at, "code"), said
