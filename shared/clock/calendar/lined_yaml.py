"""A strict YAML reader for files that people write: values keep their lines, all faults are named.

It is stricter than YAML 1.1. `off` and `yes` are text; a date is text (31 February gets a sentence
of its own); a repeated key, an alias and a tag are faults.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import yaml

Path = tuple[str | int, ...]
LARGEST_BYTES = 1_000_000
DEEPEST = 20

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}\Z")
# Invisible characters: YAML forbids all but tab and line breaks (and NEL, a line break too).
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INDENTED = re.compile(r"^ *\t *\S", re.MULTILINE)
# Sentences for the parser's messages about the most common mistakes.
_SAID: Mapping[str, str] = {
    "mapping values are not allowed in this context": "A colon too many: put a text with a colon "
    "and a space in quotes.",
    "did not find expected key": "Here a line is out of its column, or quotes or brackets before "
    "it are not closed.",
    "could not find expected ':'": "A field without its colon.",
    "did not find expected ',' or '}'": "The bracket { is not closed, or a comma is missing.",
    "did not find expected ',' or ']'": "The bracket [ is not closed, or a comma is missing.",
    "found unexpected end of stream": "The quotes are not closed.",
    "but found another document": "A second document begins here (---): a file has one.",
    "found undefined alias": "A * begins an alias: put the text in quotes.",
}
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))
# The C parser, where PyYAML was built with it, reads the catalogue ten times faster.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None}


class LineFault(NamedTuple):
    """One fault: its line (from 1; 0 where there is none) and a sentence."""

    line: int
    sentence: str


class BadYaml(ValueError):
    """The text cannot be read; `faults` lists every fault.

    `rest` is the part of the text whose meaning is plain. It serves to look for more faults and
    must not be used for anything else.
    """

    def __init__(self, faults: tuple[LineFault, ...], rest: "LinedYaml | None" = None) -> None:
        super().__init__(" ".join(f"Line {fault.line}: {fault.sentence}" for fault in faults))
        self.faults = faults
        self.rest = rest


class LinedYaml(msgspec.Struct, frozen=True):
    """A document as plain values (dict, list, str, int, float, bool, None) with their lines.

    `lines` is keyed by path: ("off", "春节", 0) is the first day listed under off, 春节.
    """

    value: Any
    lines: Mapping[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of a value; for a missing value, the line of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(content: bytes) -> LinedYaml:
    """The single document in `content` (UTF-8).

    Raises:
        BadYaml: naming every fault with its line.
    """
    text = _text(content)
    signs = tuple(_strange_signs(text))
    if _INDENTED.search(text):  # then its nesting depth cannot be judged
        raise BadYaml(signs)
    try:
        node = _composed(text.replace("\t", "  "))
    except BadYaml as error:
        raise BadYaml(signs or error.faults) from None
    reading = _Reading()
    value = reading.plain(node, ())
    faults = (*signs, *reading.faults)
    read = LinedYaml(value, reading.lines)
    if faults:
        raise BadYaml(tuple(sorted(faults)), rest=read if reading.whole else None)
    return read


def _strange_signs(text: str) -> Iterator[LineFault]:
    """Lines with a tab or an invisible character, each reported once."""
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line:
            yield LineFault(number, "A tab: write spaces.")
        if found := _CONTROL.search(line):
            sign = f"U+{ord(found[0]):04X}"
            yield LineFault(number, f"A sign that cannot be seen ({sign}): take it out.")


def _composed(text: str) -> yaml.Node:
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or "this is no YAML"
        # The parser reports a missing character behind the last line.
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        raise BadYaml(
            (LineFault(line, _SAID.get(said, f"{said[:1].upper()}{said[1:]}.")),)
        ) from None
    except yaml.YAMLError:
        raise BadYaml((LineFault(1, "This is no YAML."),)) from None
    if node is None:
        raise BadYaml((LineFault(1, "The file is empty."),))
    return node


def _check_depth(text: str) -> None:
    """Refuse a document that is nested too deep.

    The parser's events are counted, because composing such a document would exhaust the stack.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise BadYaml((LineFault(line, f"Nested deeper than {DEEPEST} levels."),))


def _text(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise BadYaml((LineFault(1, f"The file is larger than {LARGEST_BYTES} bytes."),))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadYaml((LineFault(line, "The file is not UTF-8."),)) from None


class _Reading:
    """One walk over the nodes, collecting lines and faults."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[LineFault] = []
        self.whole = True  # False once any content is left out, repeated keys excepted
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, path: Path) -> Any:
        """The node as plain values."""
        line = node.start_mark.line + 1
        self.lines[path] = line
        if id(node) in self._seen:
            return self._fault(line, "An anchor (&) that is used again: write the value out.")
        self._seen.add(id(node))
        if node.tag not in _TAGS:
            return self._fault(line, f"The tag {node.tag} means nothing here.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(one, (*path, at)) for at, one in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 (there are three kinds)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._fault(line, "A key must be a word.")
            elif key.value in found:
                before = self.lines[(*path, key.value)]
                self.faults.append(
                    LineFault(line, f"The key {key.value!r} stands here twice (line {before}).")
                )
            else:
                found[key.value] = self.plain(value, (*path, key.value))
                self.lines[(*path, key.value)] = line
        return found

    def _fault(self, line: int, sentence: str) -> None:
        self.whole = False
        self.faults.append(LineFault(line, sentence))


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block: always text, even if it looks like a number or a date
        return text
    if text in _WORDS or not text:
        return _WORDS.get(text)
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
