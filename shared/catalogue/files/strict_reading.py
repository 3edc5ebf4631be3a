"""From plain values to a struct, with every misfit named instead of the first alone.

msgspec reports one error at a time, but the author of a file needs all of them, each with its line.
So the whole value is converted first, and walked field by field only if that fails.
"""

import difflib
import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from shared.clock.calendar.lined_yaml import Path

S = TypeVar("S", bound=msgspec.Struct)
Faults = list[tuple[Path, str]]
_AT = re.compile(r" - at `\$?(?P<path>[^`]*)`\Z")
NO_FIELD = "There is no field "


class Misfit(ValueError):
    """A value does not fit its type; `faults` lists every misfit as a path and a sentence."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(" ".join(sentence for _, sentence in faults))
        self.faults = faults


def typed(value: Any, cls: type[S]) -> S:
    """The value as a struct of this class; Misfit names every misfit."""
    try:
        return msgspec.convert(value, cls)
    except msgspec.ValidationError as error:
        faults: Faults = []
        _walk(cls, value, (), faults)
        raise Misfit(faults or [((), _sentence(str(error), None, value))]) from None


def _walk(type_: Any, value: Any, path: Path, faults: Faults) -> None:
    shape = _bare(type_)
    origin, args = get_origin(shape), get_args(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        _struct(shape, value, path, faults)
    elif origin in (Union, types.UnionType):
        _union(type_, args, value, path, faults)
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        for key, one in value.items():
            _leaf(args[0], key, (*path, key), faults)
            _walk(args[1], one, (*path, key), faults)
    elif origin in (tuple, frozenset) and isinstance(value, list) and args[-1] in (args[0], ...):
        for at, one in enumerate(value):
            _walk(args[0], one, (*path, at), faults)
        if not faults:
            _leaf(type_, value, path, faults)
    else:
        _leaf(type_, value, path, faults)


def _bare(type_: Any) -> Any:
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def _struct(cls: type[msgspec.Struct], value: Any, path: Path, faults: Faults) -> None:
    if not isinstance(value, dict):
        names = ", ".join(cls.__struct_encode_fields__[:6])
        faults.append((path, f"Here stand fields ({names} …), not {_kind(value)}."))
        return
    before = len(faults)
    hints = get_type_hints(cls, include_extras=True)
    tag = cls.__struct_config__.tag_field
    fields = {field.encode_name: field for field in msgspec.structs.fields(cls)}
    for key in value:
        if key not in fields and key != tag:
            near = difflib.get_close_matches(str(key), fields, n=1)
            meant = f" Is {near[0]!r} meant?" if near else ""
            faults.append(((*path, key), f"{NO_FIELD}{key!r} here.{meant}"))
    for name, field in fields.items():
        if name in value:
            _walk(hints[field.name], value[name], (*path, name), faults)
        elif field.required:
            faults.append((path, f"The field {name!r} is missing."))
    if len(faults) == before:
        _whole(cls, value, path, faults)


def _whole(cls: type[msgspec.Struct], value: dict[str, Any], path: Path, faults: Faults) -> None:
    """Report fields that are valid alone but not together, at the field that the message names."""
    try:
        msgspec.convert(value, cls)
    except msgspec.ValidationError as error:
        sentence = _sentence(str(error), cls, value)
        faults.append(((*path, *_spoken_of(value, sentence)), sentence))


def _spoken_of(value: Any, sentence: str) -> Path:
    """The path of the value that a sentence names, numbers before words; () if it names none."""
    ways = [(key, one) for key, one in _scalars(value) if _names(sentence, one)]
    ways.sort(key=lambda way: not isinstance(way[1], int))
    return ways[0][0] if ways else ()


def _scalars(value: Any) -> Iterator[tuple[Path, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        if isinstance(one, dict | list):
            yield from (((key, *path), inner) for path, inner in _scalars(one))
        elif key not in {"name", "code", "kind"} and not isinstance(one, bool):
            yield (key,), one


def _names(sentence: str, value: Any) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])", sentence))


def _union(type_: Any, args: tuple[Any, ...], value: Any, path: Path, faults: Faults) -> None:
    shapes = [arg for arg in args if _takes(arg, value)]
    if isinstance(value, dict) and len(shapes) > 1:
        tags = {_tag(shape): shape for shape in shapes}
        named = value.get(shapes[0].__struct_config__.tag_field)
        if not isinstance(named, str) or named not in tags:
            faults.append((path, f"Say of which kind: {', '.join(tags)}."))
            return
        shapes = [tags[named]]
    if isinstance(value, dict | list) and len(shapes) == 1:
        _walk(shapes[0], value, path, faults)
    else:
        _leaf(type_, value, path, faults)


def _takes(type_: Any, value: Any) -> bool:
    """Whether the type accepts a value of this kind (fields, list)."""
    shape = _bare(type_)
    origin = get_origin(shape)
    if isinstance(value, dict):
        is_struct = isinstance(shape, type) and issubclass(shape, msgspec.Struct)
        return is_struct or (isinstance(origin, type) and issubclass(origin, Mapping))
    return isinstance(value, list) and origin in (tuple, list, frozenset)


def _tag(shape: Any) -> str:
    return str(shape.__struct_config__.tag)


def _leaf(type_: Any, value: Any, path: Path, faults: Faults) -> None:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        faults.append((path, _sentence(str(error), type_, value)))


def _sentence(message: str, type_: Any, value: Any) -> str:
    """The message of msgspec in words for the author of the file."""
    message = _AT.sub("", message)
    allowed = _literals(type_)
    lists = any(get_origin(_bare(arg)) is tuple for arg in get_args(_bare(type_)))
    if allowed and lists and not isinstance(value, list):
        words = " or ".join(repr(word) for word in allowed)
        return f"Here stands a list or the word {words}, not {_kind(value)}."
    if allowed:
        return f"{value!r} is none of: {', '.join(str(word) for word in allowed if word)}."
    if match := re.fullmatch(r"Expected `(.+?)`, got `.+`", message):
        wanted = " or ".join(_SHAPES.get(one, one) for one in match[1].split(" | "))
        return f"Here stands {_kind(value)}; {wanted} is wanted.{_hint(match[1], value)}"
    if "matching regex" in message:
        message = f"{value!r} is not written as it must be: {_described(type_)}"
    elif message.startswith("Invalid RFC3339"):
        message = f"{value!r} is no day of the calendar; write it as 2026-01-31"
    for said, meant in _PLAIN.items():
        message = message.replace(said, meant)
    return message if message.endswith(".") else f"{message}."


_SHAPES: Mapping[str, str] = types.MappingProxyType(
    {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "null": "nothing",
        "array": "a list",
        "object": "fields",
    }
)
_PLAIN: Mapping[str, str] = types.MappingProxyType(
    {
        "Expected `str` of length >= 1": "The text is empty",
        "Expected `int` >= ": "The number must be at least ",
        "Expected `int` <= ": "The number must be at most ",
    }
)


def _hint(wanted: str, value: Any) -> str:
    if wanted == "str" and isinstance(value, int | float):
        return " Put it in quotes."
    if wanted.startswith("bool") and value in ("yes", "no", "on", "off", "y", "n"):
        return " Write true or false."
    return ""


def _literals(type_: Any) -> list[Any]:
    shape = _bare(type_)
    if get_origin(shape) is Literal:
        return list(get_args(shape))
    if get_origin(shape) not in (Union, types.UnionType):
        return []
    return [word for arg in get_args(shape) for word in _literals(arg)]


def _described(type_: Any) -> str:
    for arg in (type_, *get_args(_bare(type_))):
        for meta in getattr(arg, "__metadata__", ()):
            if meta.description or meta.pattern:
                return str(meta.description or meta.pattern)
    return str(type_)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "fields", list: "a list", str: "text", int: "a number", float: "a number"}
    name = names.get(type(value), "something else")
    return f"{name} ({value!r})" if isinstance(value, str | int | float) else name
