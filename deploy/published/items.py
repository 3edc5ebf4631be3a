"""The pages of the catalogue: one an item, their index, and what the check warns of."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from shared.catalogue import Catalogue, Item, packaged_catalogue, read_defaults
from shared.catalogue.definition.item import ItemText
from shared.catalogue.files.compiled import folder_of_the_package
from shared.catalogue.files.findings import CODES, ItemFinding, findings
from shared.catalogue.pages.page import page
from shared.catalogue.rules.defaults import Defaults

FOLDER = "catalogue"
DOCUMENTS: Mapping[str, str] = {
    "000": "Public security services of Xinjiang: identity, traffic, border",
    "001": "The residence permit of 2011, a trial rule",
    "002": "Public security services of Chongqing",
    "003": "The list of Changji: one visit at most",
    "004": "Human resources and social security of Xinjiang",
}
INDEX_HEAD = """# The items of the catalogue

These pages are generated: `make docs`. Each says what is printed in the source, and marks what is a
default or was inferred; the files are in `shared/catalogue/items/`
([how to add one](../../how-to/add-an-item.md), [what a file holds](../catalogue.md),
[what the check warns of](../catalogue-findings.md)).
"""
DEFAULTS_HEAD = """# Defaults of the catalogue

This page is generated: `make docs`. Where an item's file is silent, one of these fills the field,
and the item says which (`defaulted`). They stand in `shared/catalogue/defaults.yaml`; a default is
never told to anybody as the source's word.
"""
REASONS_HEAD = """## Reasons for many items

These fill nothing. A field that an item states and its source does not print has a reason: one of
the item's own (`inferred`), or one of these by its name (`inferred_by`; of what is left out, `by`).
A derivation (`caseledger clock due`) says where the beginning or the end of a limit is one of them.
"""
FINDINGS_HEAD = """# What the check of the catalogue warns of

This page is generated: `make docs`. It holds the warnings of `caseledger catalogue check` as they
are today. A warning is about the sources, not about a file: the files are right, or the check would
refuse them. Where a file acknowledges a warning, the reason is in the last column.
"""


def pages() -> Mapping[str, str]:
    """Every generated page of the catalogue by its place in docs/reference."""
    catalogue = packaged_catalogue()
    items = catalogue.items()
    made = {f"{FOLDER}/{item.id}.md": _page(item) for item in items}
    made[f"{FOLDER}/index.md"] = _index(catalogue, items)
    made["catalogue-defaults.md"] = _defaults(items)
    made["catalogue-findings.md"] = findings_page(findings(item.text for item in items))
    return made


def _page(item: Item) -> str:
    return f"{page(item)}\n[All items](index.md)\n"


def _index(catalogue: Catalogue, items: tuple[Item, ...]) -> str:
    offered = sum(item.text.offered is True for item in items)
    rules = sum(item.text.kind == "rule" for item in items)
    lines = [INDEX_HEAD, f"Version {catalogue.version}: {len(items)} records."]
    lines += ["", "| | |", "| --- | --- |", f"| offered | {offered} |"]
    lines += [f"| listed, not offered | {len(items) - offered - rules} |"]
    lines += [f"| rules that items refer to | {rules} |"]
    for document, title in DOCUMENTS.items():
        lines += ["", f"## {document} {title}", "", "| | item | type | procedure | |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        lines += [_row(item) for item in items if item.text.source.document == document]
    return "\n".join([*lines, ""])


def _row(item: Item) -> str:
    text = item.text
    state = {True: "", False: "not offered", None: "rule"}[text.offered]
    kind = "" if text.item_type == "unknown" else text.item_type
    return f"| [{text.id}]({text.id}.md) | {text.name} | {kind} | {text.template} | {state} |"


def _defaults(items: tuple[Item, ...]) -> str:
    content = (folder_of_the_package() / "defaults.yaml").read_bytes()
    defaults = read_defaults(content)
    lines = [DEFAULTS_HEAD]
    for field in Defaults.__struct_fields__:
        if field == "reasons":
            continue
        name = field.replace("_", "-")
        default = defaults.named(name)
        used = sum(name in item.text.defaulted.values() for item in items)
        value = json.dumps(_plain(default.value), ensure_ascii=False)
        source = f" Source: {default.source}." if default.source else ""
        lines += [f"## {name}", "", f"{default.because}{source}", "", f"`{value}`", ""]
        lines += [f"Used by {used} of {len(items)} records.", ""]
    return "\n".join([*lines, *_reasons(items, defaults)])


def _reasons(items: tuple[Item, ...], defaults: Defaults) -> Iterator[str]:
    yield from (REASONS_HEAD, "| reason | for | records | |", "| --- | --- | --- | --- |")
    for name, reason in defaults.reasons.items():
        using = [item.text for item in items if _names(item.text, name)]
        fields = {path for text in using for path, by in text.inferred_by.items() if by == name}
        said = ", ".join(f"`{path}`" for path in sorted(fields)) or "`left_out`"
        source = f" Source: {reason.source}." if reason.source else ""
        yield f"| `{name}` | {said} | {len(using)} | {reason.because}{source} |"
    yield ""


def _names(text: ItemText, name: str) -> bool:
    return name in text.inferred_by.values() or any(one.by == name for one in text.left_out)


def _plain(value: Any) -> Any:
    """The value without what it does not say."""
    plain = msgspec.to_builtins(value, order="deterministic")
    if isinstance(plain, list):
        return [_plain(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    silent: tuple[Any, ...] = (None, "", [], {}, False, "unknown")
    return {key: _plain(one) for key, one in plain.items() if one not in silent}


def findings_page(found: list[ItemFinding]) -> str:
    """The page of warnings, by code."""
    return "\n".join([FINDINGS_HEAD, *_by_code(found)])


def _by_code(found: list[ItemFinding]) -> Iterator[str]:
    yield "| code | warnings |"
    yield "| --- | --- |"
    for code in CODES:
        yield f"| `{code}` | {sum(one.code == code for one in found)} |"
    for code, meaning in CODES.items():
        yield from ("", f"## {code}", "", meaning, "")
        rows = [one for one in found if one.code == code]
        if rows:
            yield from ("| item | | acknowledged |", "| --- | --- | --- |")
        for one in rows:
            said = " ".join(one.message.split()).replace("|", "\\|")
            link = f"[{one.item}]({FOLDER}/{one.item}.md)"
            yield f"| {link} | {said} | {one.acknowledged} |"
    yield ""
