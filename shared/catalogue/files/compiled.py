"""The compiled catalogue: one file that a process reads in a moment, made from 305 written files.

`compiled.json` holds every item with its defaults filled in, one a line, and the former editions
that cases may be pinned to. It records the hash of its source files. If the files have changed,
they are read instead; if they are broken, the compiled catalogue stays in force.
"""

import hashlib
import logging
import mmap
from importlib import resources
from pathlib import Path

import msgspec
import orjson

from shared.catalogue.definition.catalogue import Catalogue, CatalogueEntry, Edition, hash_of
from shared.catalogue.definition.item import Item
from shared.catalogue.definition.listing import Listing, with_pinyin
from shared.catalogue.definition.problems import CatalogueError
from shared.catalogue.files.reading import Content, item_files, read_catalogue
from shared.clock.calendar.lined_yaml import BadYaml, read_yaml

FORMAT = 2
NAME = "compiled.json"
_log = logging.getLogger(__name__)


class Compiled(msgspec.Struct, frozen=True):
    """The content of the compiled file. `sources`: SHA-256 over its source files."""

    format: int
    version: str
    hash: str
    sources: str
    items: tuple[CatalogueEntry, ...]
    former: tuple[CatalogueEntry, ...]
    versions: tuple[Edition, ...] = ()

    def catalogue(self) -> Catalogue:
        """The catalogue, whose items are decoded at their first use."""
        return Catalogue(
            self.items, version=self.version, former=self.former, versions=self.versions
        )


def folder_of_the_package() -> Path:
    """The folder of the packaged catalogue's files."""
    return Path(str(resources.files("shared.catalogue")))


def packaged_catalogue() -> Catalogue:
    """The packaged catalogue. Call once at the start of a process and pass the result on."""
    return opened_catalogue(folder_of_the_package())


def opened_catalogue(folder: Path) -> Catalogue:
    """The catalogue of a folder: the compiled file if it is fresh, else the source files.

    A faulty source file has no effect: the whole compiled catalogue stays in force until the files
    are right again (`caseledger catalogue check` lists the faults). CatalogueError only if there is
    no compiled catalogue.
    """
    compiled = read_compiled(folder)
    if compiled is not None and compiled.sources == sources_hash(folder):
        return compiled.catalogue()
    try:
        return compile_folder(folder, compiled).catalogue()
    except CatalogueError:
        if compiled is None:
            raise
        _log.warning(
            "catalogue files are broken: the compiled catalogue stays in force "
            "(caseledger catalogue check)"
        )
        return compiled.catalogue()


def decoded(path: Path) -> Compiled:
    """The compiled catalogue in a file; CatalogueError if the file is not one.

    The file is mapped, so that all processes of a machine share the entries that none decoded yet.
    """
    try:
        with path.open("rb") as file:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return msgspec.json.decode(whole, type=Compiled)
    except (msgspec.DecodeError, ValueError) as error:
        raise CatalogueError(f"{path} is no compiled catalogue: {error}.") from None


def write_compiled(path: Path, compiled: Compiled) -> None:
    """Put it in place of the file: a process that has the older one mapped keeps that whole."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(encoded(compiled))
    fresh.replace(path)


def read_compiled(folder: Path) -> Compiled | None:
    """The compiled catalogue of a folder; None if there is none of this format."""
    try:
        found = decoded(folder / NAME)
    except (FileNotFoundError, CatalogueError):
        return None
    return found if found.format == FORMAT else None


def compile_folder(
    folder: Path, before: Compiled | None = None, *, forget: bool = False
) -> Compiled:
    """Compile a folder; CatalogueError names every fault in it.

    `before` is the previous compiled catalogue. Items that it holds and the files no longer have
    are kept as former editions, because cases may be pinned to them. `forget` drops the editions
    replaced within the present version, for a version under which no application was ever made.
    """
    version = read_version(folder)
    items, _ = read_catalogue(folder)
    items = sorted(items, key=lambda item: item.id)
    entries = tuple(map(_entry, items, with_pinyin(items)))
    former, versions = _kept(before, version, forget=forget)
    present = {entry.hash for entry in entries}
    return Compiled(
        format=FORMAT,
        version=version,
        hash=hash_of(entry.hash for entry in entries),
        sources=sources_hash(folder),
        items=entries,
        former=tuple(entry for entry in former if entry.hash not in present),
        versions=versions,
    )


def _kept(
    before: Compiled | None, version: str, *, forget: bool
) -> tuple[tuple[CatalogueEntry, ...], tuple[Edition, ...]]:
    """The former editions and versions that the new compiled catalogue keeps."""
    if before is None:
        return (), ()
    kept = {entry.hash: entry for entry in before.former}
    versions = before.versions
    if before.version != version:
        named = {entry.id: entry.hash for entry in before.items}
        versions = (*versions, Edition(before.version, before.hash, named))
    if before.version != version or not forget:
        kept |= {entry.hash: entry for entry in before.items}
    elif forget:
        named_ever = {item_hash for edition in versions for item_hash in edition.items.values()}
        kept = {item_hash: entry for item_hash, entry in kept.items() if item_hash in named_ever}
    if version in {edition.version for edition in versions}:
        raise CatalogueError(f"catalogue.yaml: the version {version} was used before.")
    return tuple(kept.values()), versions


def encoded(compiled: Compiled) -> bytes:
    """The content of the compiled file: JSON with one item a line, so that diffs are readable."""
    head = orjson.dumps({f: getattr(compiled, f) for f in ("format", "version", "hash", "sources")})
    parts = [_lines(compiled.items), _lines(compiled.former)]
    return b"%b,\n%b,\n%b,\n%b}\n" % (
        head.rstrip(b"}"),
        b'"items":[%b]' % parts[0],
        b'"former":[%b]' % parts[1],
        b'"versions":%b' % msgspec.json.encode(compiled.versions, order="deterministic"),
    )


def _lines(entries: tuple[CatalogueEntry, ...]) -> bytes:
    return b"".join([b"\n", b",\n".join(map(msgspec.json.encode, entries)), b"\n"])


def _entry(item: Item, line: Listing) -> CatalogueEntry:
    text = msgspec.json.encode(item.text, order="deterministic")
    told = msgspec.json.encode(line)
    return CatalogueEntry(item.id, item.hash, msgspec.Raw(told), msgspec.Raw(text))


def read_version(folder: Path) -> str:
    """The version of the files: `version` in catalogue.yaml."""
    name = "catalogue.yaml"
    try:
        value = read_yaml((folder / name).read_bytes()).value
    except FileNotFoundError:
        raise CatalogueError(f"{name} is missing: it names the version.") from None
    except BadYaml as error:
        raise CatalogueError(f"{name}: {error}") from None
    version = value.get("version") if isinstance(value, dict) else None
    if not isinstance(version, str) or not version.strip():
        raise CatalogueError(f'{name}: the version is missing; write version: "2026.11.21".')
    return version


def sources_hash(folder: Path) -> str:
    """SHA-256 over the names and contents of all source files of the catalogue."""
    digest = hashlib.sha256()
    own = [(name, folder / name) for name in ("catalogue.yaml", "defaults.yaml")]
    files: list[tuple[str, Content]] = [
        (name, path.read_bytes()) for name, path in own if path.is_file()
    ]
    for name, found in (*files, *item_files(folder)):
        content = b"" if isinstance(found, OSError) else found
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
