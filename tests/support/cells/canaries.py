"""The canaries of a case: each is made up, of one class, and stands nowhere else.

Of each class of answers there is one question for each of four steps, so that an answer is told
apart from those of other steps too.
"""

import base64
import io
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec.structs import replace
from PIL import Image

from services.intake.application.questions.sealing import sealed_by_class
from shared.case import Rules
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.asking import FactRule
from shared.security.data_classes import ANSWER_CLASSES, DataClass
from tests.support.given import rules as packaged_rules
from tests.support.made_up import numbered

STEPS = ("acceptance", "decision", "production", "handover")
SHORT = 5  # a shorter text is looked for as a whole value, so that no ciphertext has it by chance
_STARTS = (0, 2, 3)  # of base64: the first character that the bytes before say nothing about


@dataclass(frozen=True, kw_only=True)
class Canary:
    """One value. `given`: the kinds of route (`routes.py`) that give it to whom it is for.

    `step`: of an answer, the stage of the procedure that uses it. `raw`: of an upload, bytes of its
    file; `patch`: a stretch of its picture. `paper`: the kind of paper whose whole it is.
    """

    name: str
    of: DataClass
    text: str = ""
    given: frozenset[str] = frozenset({"application"})
    step: str = ""
    raw: bytes = b""
    patch: bytes = b""
    paper: str = ""

    def stands_in(self, where: bytes, *, coded: bool) -> bool:
        """Whether it stands there: plain, escaped, in an address; `coded`: in base64 too."""
        return any(form in where for form in _forms(self.text, self.raw, coded=coded))


@cache
def _forms(text: str, raw: bytes, *, coded: bool) -> tuple[bytes, ...]:
    found = list(_plain(raw, coded=coded)) if raw else []
    plain = text.encode()
    if text and len(text) < SHORT:
        in_bson = (len(plain) + 1).to_bytes(4, "little") + plain + b"\0"
        found += [f'"{text}"'.encode(), json.dumps(text).encode(), in_bson]
    elif text:
        found += [
            *_plain(plain, coded=coded),
            json.dumps(text)[1:-1].encode(),
            quote(text).encode(),
        ]
    return tuple(dict.fromkeys(found))


def _plain(value: bytes, *, coded: bool) -> Iterator[bytes]:
    yield value
    for shift, start in enumerate(_STARTS if coded else ()):
        yield base64.b64encode(b"\0" * shift + value)[start:-4]


def seen_in(canaries: Mapping[str, Canary], where: bytes, *, coded: bool = True) -> set[str]:
    """The names of those that stand in these bytes."""
    return {name for name, one in canaries.items() if one.stands_in(where, coded=coded)}


# ---- what is asked

OLD = FactRule(code="of-old", name="旧", name_en="Old", type="text", step="decision")
_BY_CLASS = tuple(
    FactRule(
        code=f"{of.value}-for-{step}",
        name=f"{step} 用的 {of.value}",
        name_en=f"{of.value} for the {step}",
        type="text",
        data_class=of.value,
        step=step,
    )
    for of, step in product(sorted(ANSWER_CLASSES), STEPS)
)
QUESTIONS = (*_BY_CLASS, OLD)


def asking(item_id: str, **changes: Any) -> Rules:
    """The rules with this item alone, which asks these questions too."""
    item = packaged_rules().catalogue.item(item_id)
    text = replace(item.text, facts=(*item.text.facts, *QUESTIONS), **changes)
    catalogue = Catalogue([Item(text, hash=item.hash)], version="cells")
    return replace(packaged_rules(), catalogue=catalogue)


def answers() -> tuple[Canary, ...]:
    """An answer to each question."""
    return tuple(
        Canary(
            name=fact.code,
            of=DataClass.ALL if fact is OLD else DataClass(str(fact.data_class)),
            text=f"zq-{fact.code}-zq",
            step=str(fact.step),
        )
        for fact in QUESTIONS
    )


def sealed_as_ever(facts: Mapping[str, Any], text: Any = None) -> dict[str, str]:
    """Answers by class, and that to the old question as all were sealed before the classes."""
    old = msgspec.json.encode({OLD.code: facts[OLD.code]}).decode()
    rest = {code: value for code, value in facts.items() if code != OLD.code}
    return {**sealed_by_class(rest, text), "answers": old}


# ---- who applies

BORN = "19870613"
PERSON = {
    "name": "龘·Zqname",
    "id_number": numbered("650102", BORN, "864"),
    "phone": "13912348641",
    "email": "zq-email@example.org",
}
UNIT = {
    "kind": "unit",
    "name": "Zqunit Ltd",
    "id_number": "91650100MA7700006Q",
    "phone": "13912348642",
    "email": "zq-unit@example.org",
}
HANDLER = {"name": "Zqhandler", "id_kind": "passport", "id_number": "Z86410001"}
MEMBER = {"name": "Zqmember", "id_number": numbered("650102", "19770613", "865")}
ADDRESS = "zq delivery street 8641"
AGENT_END = "Q7ZX"


def of_person() -> tuple[Canary, ...]:
    """Of a person who has the result posted."""
    fields = {"name": DataClass.IDENTITY, "id_number": DataClass.IDENTITY}
    fields |= {"phone": DataClass.CONTACT, "email": DataClass.CONTACT}
    return (
        *(Canary(name=name, of=of, text=PERSON[name]) for name, of in fields.items()),
        Canary(
            name="delivery_address",
            of=DataClass.ADDRESS,
            text=ADDRESS,
            given=frozenset({"application", "label"}),
        ),
    )


def of_unit() -> tuple[Canary, ...]:
    """Of a unit that applies for somebody by its handler. Its name is what its papers' check says.

    A paper of an organisation has the whole name for a holder.
    """
    named = {"handler": (HANDLER, DataClass.IDENTITY), "member": (MEMBER, DataClass.THIRD_PERSON)}
    return (
        Canary(
            name="name",
            of=DataClass.IDENTITY,
            text=UNIT["name"],
            given=frozenset({"application", "check"}),
        ),
        Canary(name="id_number", of=DataClass.IDENTITY, text=UNIT["id_number"]),
        Canary(name="phone", of=DataClass.CONTACT, text=UNIT["phone"]),
        Canary(name="email", of=DataClass.CONTACT, text=UNIT["email"]),
        *(
            Canary(name=f"{who}'s {part}", of=of, text=one[part])
            for who, (one, of) in named.items()
            for part in ("name", "id_number")
        ),
    )


def words(name: str, of: DataClass, *given: str) -> Canary:
    """Words that somebody writes in a command."""
    return Canary(
        name=name, of=of, text=f"zq-words-{name}-zq", given=frozenset(given or ("application",))
    )


# ---- what is handed in


def noise() -> bytes:
    """A picture that looks like no other, of the size of a portrait (GA 461-2004)."""
    patch = Image.frombytes("RGB", (8, 8), random.Random(8641).randbytes(8 * 8 * 3))  # noqa: S311
    made = Image.new("RGB", (358, 441), "white")
    made.paste(patch, (4, 4))
    out = io.BytesIO()
    made.save(out, "PNG")  # small enough to be stored as it came
    return out.getvalue()


def upload(name: str, content: bytes) -> Canary:
    """The upload as a canary: its check sums, which no other file has, and a patch of its picture.

    The bytes of the file end with those of the chunk IEND, which every picture has.
    """
    return Canary(
        name=name,
        of=DataClass.DOCUMENT,
        given=frozenset({"material"}),
        raw=content[-20:-12],
        patch=patch_of(content),
    )


def patch_of(content: bytes) -> bytes:
    """A stretch of a picture, whatever file it is in."""
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB").crop((4, 4, 12, 5)).tobytes()
