"""A spreadsheet to fill in: titles, choices to pick from, a second sheet that explains each column.

Written part by part, so that no library of spreadsheets is in the memory of a web process. The same
columns give the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKED = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LONGEST_LIST = 255  # characters of the choices of a cell; more are explained alone
_WHEN = (2000, 1, 1, 0, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TEXT_STYLE, TITLE_STYLE, WRAPPED = 1, 2, 3


class SheetColumn(NamedTuple):
    """A column: its title, what may be picked in its cells, and what is said of it."""

    title: str
    choices: Sequence[str] = ()
    said: Sequence[str] = ()


def sheet_of(
    name: str, columns: Sequence[SheetColumn], *, rows: int, about: str, heads: Sequence[str]
) -> bytes:
    """A spreadsheet of these columns with room for so many rows, all of whose cells are text.

    `about` and `heads`: the name and the titles of the sheet that explains the columns.
    """
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations((("officeDocument", "xl/workbook.xml"),)),
        "xl/workbook.xml": _workbook((name, about)),
        "xl/_rels/workbook.xml.rels": _relations(
            (
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("styles", "styles.xml"),
            )
        ),
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": _table(columns, rows),
        "xl/worksheets/sheet2.xml": _explained(columns, heads),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in parts.items():
            packed.writestr(zipfile.ZipInfo(path, _WHEN), _XML + text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def letters(column: int) -> str:
    """The name of a column, from 0: A, B, … Z, AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _table(columns: Sequence[SheetColumn], rows: int) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{max(14, 2.2 * len(one.title)):.0f}" customWidth="1" '
        f'style="{TEXT_STYLE}"/>'
        for n, one in enumerate(columns, 1)
    )
    titles = _row(1, [one.title for one in columns], TITLE_STYLE)
    lists = [
        f'<dataValidation type="list" allowBlank="1" sqref="{letters(n)}2:{letters(n)}{rows + 1}">'
        f"<formula1>{escape(_listed(one.choices))}</formula1></dataValidation>"
        for n, one in enumerate(columns)
        if one.choices and len(_listed(one.choices)) <= LONGEST_LIST
    ]
    picked = f'<dataValidations count="{len(lists)}">{"".join(lists)}</dataValidations>'
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{widths}</cols><sheetData>{titles}</sheetData>"
        f"{picked if lists else ''}</worksheet>"
    )


def _listed(choices: Sequence[str]) -> str:
    return f'"{",".join(choices)}"'


def _explained(columns: Sequence[SheetColumn], heads: Sequence[str]) -> str:
    lines = [_row(1, heads, TITLE_STYLE)]
    lines += [_row(n, [one.title, *one.said], WRAPPED) for n, one in enumerate(columns, 2)]
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in ((1, 28), (2, 10), (3, 80))
    )
    return (
        f'<worksheet xmlns="{MAIN}"><cols>{widths}</cols>'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _row(number: int, texts: Sequence[str], style: int) -> str:
    cells = "".join(
        f'<c r="{letters(n)}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"/>'
        for n, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{sheets}</sheets></workbook>'


def _relations(to: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="r{n}" Type="{RELATED}/{kind}" Target="{path}"/>'
        for n, (kind, path) in enumerate(to, 1)
    )
    return f'<Relationships xmlns="{PACKED}/relationships">{each}</Relationships>'


def _types() -> str:
    named = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/worksheets/sheet2.xml": "worksheet",
        "/xl/styles.xml": "styles",
    }
    each = "".join(
        f'<Override PartName="{path}" ContentType="{TYPE}.{kind}+xml"/>'
        for path, kind in named.items()
    )
    return (
        f'<Types xmlns="{PACKED}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{each}</Types>'
    )


# Number format 49 is text: an identity number stays what was typed.
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="SimSun"/></font>'
    '<font><b/><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" '
    'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
