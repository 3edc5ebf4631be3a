"""`caseledger catalogue …`: check the files of the items, look at them, compare versions."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, bad_use, reporting, say

if TYPE_CHECKING:
    from shared.catalogue import Catalogue, Listing
    from shared.catalogue.editions.changes import Change

Folder = Annotated[
    Path | None,
    typer.Option(
        help="A catalogue elsewhere: a folder with catalogue.yaml, defaults.yaml and items/."
    ),
]


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]",
            help="Only these files, or those in a folder; else the whole catalogue.",
        ),
    ] = None,
    *,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Everything that is wrong with the files of the items, by file and line, and what is odd.

    Ends with 1 when a file is wrong; warnings are about the sources and end with 0.
    """
    with reporting(as_json=as_json):
        from shared.catalogue.files.checking import checked

        folder, named = _to_check(folder, files or [])
        found = checked(_folder(folder), named)
        document = {
            "ok": not found.errors,
            "items": found.items,
            "errors": [
                {"file": one.file, "line": one.line, "item": one.item, "message": one.sentence}
                for one in found.errors
            ],
            "warnings": [
                {"item": one.item, "code": one.code, "message": one.message}
                | ({"acknowledged": one.acknowledged} if one.acknowledged else {})
                for one in found.warnings
            ],
            "compiled": found.compiled,
        }
        code = FINDINGS if found.errors else FINE
        answer(document, as_json=as_json, show=_show_check, exit_code=code)


def list_(
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="Part of a name, its pinyin, an alias, an id."),
    ] = None,
    *,
    offered: Annotated[
        bool | None,
        typer.Option("--offered/--not-offered", help="Only items that are offered, or are not."),
    ] = None,
    source: Annotated[str, typer.Option(help="000, 001, 002, 003 or 004.")] = "",
    template: Annotated[str, typer.Option(help="T01 to T11.")] = "",
    department: Annotated[str, typer.Option(help="A code, or part of a name.")] = "",
    audience: Annotated[str, typer.Option(help="Part of the source's words.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """The items, one a line."""
    with reporting(as_json=as_json):
        from shared.catalogue import Wanted

        wanted = Wanted(
            text=text or "",
            offered=offered,
            source=source,
            template=template,
            department=department,
            audience=audience,
        )
        # Not offered is what could be and is not; a rule that others refer to is neither.
        lines = _opened(folder).listings(wanted)
        rows = [_row(line) for line in lines]
        answer({"items": rows}, as_json=as_json, show=_show_list, rows=rows)


def show(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="The item, such as 000-01.")],
    *,
    version: Annotated[str | None, typer.Option(help="A former version.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """One item with its defaults filled in, and which fields are defaults."""
    with reporting(as_json=as_json):
        from shared.catalogue import read_defaults
        from shared.catalogue.pages.page import page
        from shared.catalogue.pages.showing import definition

        catalogue = _opened(folder)
        item = (catalogue.at(version) if version else catalogue).item(item_id)
        defaults = read_defaults((_folder(folder) / "defaults.yaml").read_bytes())
        document = definition(item, version=version or catalogue.version, defaults=defaults)
        answer(document, as_json=as_json, show=lambda _: say(page(item).rstrip()))


def form(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="The item, such as 000-01.")],
    *,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """The form of an item as a portal draws it: what `GET /v1/items/{item}/form` answers."""
    with reporting(as_json=as_json):
        from services.intake.application.submission import ItemNotOffered
        from services.intake.items.form import form_document
        from shared.jurisdiction import packaged_jurisdiction

        catalogue = _opened(folder)
        try:
            document = form_document(
                catalogue.item(item_id), packaged_jurisdiction(), version=catalogue.version
            )
        except ItemNotOffered as refused:
            raise bad_use(f"{item_id} has no form. {refused}") from None
        answer(document, as_json=as_json, show=_show_form)


def _show_form(document: Mapping[str, Any]) -> None:
    for section in document["order"]:
        say(f"{section['title']}  ({section['title_en']})")
        for field in section["fields"]:
            needed = "必填" if field.get("required") else "    "
            say(f"  {needed}  {field['title']}  {field['pointer']}")
            if "help" in field:
                say(f"          {field['help']}")


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A version, a folder or a compiled file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Likewise; current is the present one.")],
    *,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """What changes for applicants from one catalogue to another, in words."""
    with reporting(as_json=as_json):
        from shared.catalogue.editions.changes import changes

        before, after = _named(a, folder), _named(b, folder)
        found = changes(before, after)
        document = {
            "from": {"version": before.version, "hash": before.hash},
            "to": {"version": after.version, "hash": after.hash},
            "items": _by_item(found),
        }
        answer(document, as_json=as_json, show=_show_diff)


def compile_(
    *,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget",
            help="Drop editions that were replaced within the present version; only where nobody "
            "ever applied under them.",
        ),
    ] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write the compiled catalogue, which processes read, and the schema of the files."""
    with reporting(as_json=as_json):
        from shared.catalogue.files.authorities import WRITTEN, compiled_bytes, jurisdiction_of
        from shared.catalogue.files.compiled import (
            NAME,
            compile_folder,
            read_compiled,
            write_compiled,
        )
        from shared.catalogue.files.schema import SCHEMA_NAME, schema_text
        from shared.jurisdiction.packaged import COMPILED

        where = _folder(folder)
        compiled = compile_folder(where, read_compiled(where), forget=forget)
        if (where / WRITTEN).is_file():
            (where / COMPILED).write_bytes(compiled_bytes(jurisdiction_of(where)))
        write_compiled(where / NAME, compiled)
        (where / SCHEMA_NAME).write_text(schema_text(), encoding="utf-8", newline="\n")
        document = {
            "ok": True,
            "version": compiled.version,
            "hash": compiled.hash,
            "items": len(compiled.items),
            "former": len(compiled.former),
        }
        answer(document, as_json=as_json, show=_show_compiled)


def _folder(folder: Path | None) -> Path:
    from shared.catalogue.files.compiled import folder_of_the_package

    if folder is not None and not (folder / "items").is_dir():
        raise bad_use(f"{folder} holds no catalogue: there is no folder items in it.")
    return _real(folder or folder_of_the_package())


def _to_check(folder: Path | None, files: Sequence[Path]) -> tuple[Path | None, list[Path]]:
    """What `check` was given: a catalogue's folder, folders of files, files that can be read."""
    if folder is None and len(files) == 1 and (files[0] / "items").is_dir():
        return files[0], []
    named: list[Path] = []
    for path in map(_real, files):
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise bad_use(f"There is no file of an item in {path}.")
        named += inside
    for path in named:
        try:
            path.open("rb").close()
        except OSError as error:
            raise bad_use(f"{path} cannot be read: {error.strerror}.") from error
    return folder, named


def _real(path: Path) -> Path:
    """The path without links; a link to itself stays, and reading it says so."""
    return Path(os.path.realpath(path))


def _opened(folder: Path | None) -> "Catalogue":
    from shared.catalogue import opened_catalogue

    return opened_catalogue(_folder(folder))


def _named(name: str, folder: Path | None) -> "Catalogue":
    """The catalogue that a word means: a version, a folder, or a compiled file."""
    from shared.catalogue import opened_catalogue
    from shared.catalogue.files.compiled import decoded

    path = Path(name)
    if path.is_dir():
        return opened_catalogue(_folder(path))
    if path.is_file():
        return decoded(path).catalogue()
    present = _opened(folder)
    return present if name == "current" else present.at(name)


def _row(line: "Listing") -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "name_en": line.name_en,
        "source": line.source,
        "kind": line.kind,
        "department": line.department_name or line.department,
        "department_code": line.department,
        "type": line.item_type,
        "template": line.template,
        "level": line.level,
        "audience": line.audience,
        "offered": line.offered,
        "not_offered_reason": line.not_offered_because,
    }


def _by_item(found: "list[Change]") -> list[dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {}
    for one in found:
        entry = items.setdefault(one.item, {"item": one.item, "name": one.name, "changes": []})
        said = {"sentence": one.sentence, "sentence_zh": one.sentence_zh}
        entry["changes"].append({"field": one.field, **said})
    return list(items.values())


def _show_check(document: Mapping[str, Any]) -> None:
    for one in document["errors"]:
        say(f"{one['file']}:{one['line']}: {one['message']}")
    for one in document["warnings"]:
        say(f"warning  {one['item']}  {one['code']}: {one['message']}")
    errors, warnings = len(document["errors"]), len(document["warnings"])
    say(f"{document['items']} items read, {errors} errors, {warnings} warnings.")
    if document["compiled"] == "stale" and not errors:
        say("The compiled catalogue is older than the files: run `caseledger catalogue compile`.")


def _show_list(document: Mapping[str, Any]) -> None:
    words = {True: "offered", False: "not offered", None: "rule"}
    for row in document["items"]:
        state = words[row["offered"]]
        say(f"{row['id']:<8} {row['template'] or '-':<4} {state:<12} {row['name']}")
    say(f"{len(document['items'])} items.")


def _show_diff(document: Mapping[str, Any]) -> None:
    for one in document["items"]:
        say(f"{one['item']} {one['name']}")
        for change in one["changes"]:
            say(f"  {change['sentence_zh']}")
            say(f"  {change['sentence']}")
    count = len(document["items"])
    say(f"{count} item{' changes' if count == 1 else 's change'}.")


def _show_compiled(document: Mapping[str, Any]) -> None:
    say(f"version {document['version']}, {document['items']} items, hash {document['hash']}")
    if document["former"]:
        say(f"{document['former']} former editions are kept for the cases pinned to them")
