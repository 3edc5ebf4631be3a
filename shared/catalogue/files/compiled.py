"""The compiled catalogue: one file that a process reads in a moment, made from 305 written ones.

`compiled.json` holds every item with its defaults filled in, one a line, and the former editions
that cases may be pinned to. It says which files it was made from: where they are other files now,
the files are read instead, and where they are broken, the compiled catalogue stays in force.
"""

import hashlib
import logging
from importlib import resources
from pathlib import Path

import msgspec
import orjson

from shared.catalogue.definition.catalogue import Catalogue, Edition, Entry, hash_of
from shared.catalogue.definition.item import Item
from shared.catalogue.definition.listing import Listing, with_pinyin
from shared.catalogue.definition.problems import CatalogueError
from shared.catalogue.files.reading import Content, item_files, read_catalogue
from shared.clock.calendar.lined_yaml import BadYaml, read_yaml

FORMAT = 2
NAME = "compiled.json"
_log = logging.getLogger(__name__)


class Compiled(msgspec.Struct, frozen=True):
    """What the file holds. `sources`: SHA-256 over the files it was made from."""

    format: int
    version: str
    hash: str
    sources: str
    items: tuple[Entry, ...]
    former: tuple[Entry, ...]
    versions: tuple[Edition, ...] = ()

    def catalogue(self) -> Catalogue:
        """The catalogue; its items are read when they are asked for."""
        return Catalogue(
            self.items, version=self.version, former=self.former, versions=self.versions
        )


def folder_of_the_package() -> Path:
    """Where the packaged catalogue's files are."""
    return Path(str(resources.files("shared.catalogue")))


def packaged_catalogue() -> Catalogue:
    """The packaged catalogue. Call once at the start of a process and pass the result on."""
    return opened_catalogue(folder_of_the_package())


def opened_catalogue(folder: Path) -> Catalogue:
    """The catalogue of a folder: compiled where that is fresh, else read from its files.

    A file that is wrong changes nothing: the compiled catalogue stays in force, whole, until the
    files are right again (`caseledger catalogue check` says what is wrong). CatalogueError only
    where there is no compiled one.
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
    """The compiled catalogue in a file; CatalogueError where it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Compiled)
    except msgspec.DecodeError as error:
        raise CatalogueError(f"{path} is no compiled catalogue: {error}.") from None


def read_compiled(folder: Path) -> Compiled | None:
    """The compiled catalogue of a folder; None where there is none of this format."""
    try:
        found = decoded(folder / NAME)
    except (FileNotFoundError, CatalogueError):
        return None
    return found if found.format == FORMAT else None


def compile_folder(
    folder: Path, before: Compiled | None = None, *, forget: bool = False
) -> Compiled:
    """Compile a folder; CatalogueError names everything that is wrong in it.

    `before` is the compiled catalogue so far: what it holds and the files do not is kept as a
    former edition, because cases may be pinned to it. `forget`: not what was replaced within the
    present version, where nobody ever applied under it.
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
) -> tuple[tuple[Entry, ...], tuple[Edition, ...]]:
    """The former editions and versions that the compiled catalogue goes on knowing."""
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
    """The compiled catalogue as its file: JSON, an item a line, so that a change reads as one."""
    head = orjson.dumps({f: getattr(compiled, f) for f in ("format", "version", "hash", "sources")})
    parts = [_lines(compiled.items), _lines(compiled.former)]
    return b"%b,\n%b,\n%b,\n%b}\n" % (
        head.rstrip(b"}"),
        b'"items":[%b]' % parts[0],
        b'"former":[%b]' % parts[1],
        b'"versions":%b' % msgspec.json.encode(compiled.versions, order="deterministic"),
    )


def _lines(entries: tuple[Entry, ...]) -> bytes:
    return b"".join([b"\n", b",\n".join(map(msgspec.json.encode, entries)), b"\n"])


def _entry(item: Item, line: Listing) -> Entry:
    text = msgspec.json.encode(item.text, order="deterministic")
    return Entry(item.id, item.hash, line, msgspec.Raw(text))


def read_version(folder: Path) -> str:
    """The version that the files are: `version` in catalogue.yaml."""
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
    """SHA-256 over the names and contents of all files that the catalogue is made from."""
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
