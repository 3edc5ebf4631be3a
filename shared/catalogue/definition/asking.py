"""The contents of an application: variants, situations, materials, facts and checks."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from shared.catalogue.definition.base import Code, Count, Data, ItemId, Text
from shared.catalogue.definition.choosing import Choices, Conditional, When, holds
from shared.catalogue.definition.words import AnswerClass, Form, QuestionType, Representative
from shared.clock import Renewal


class Choice(Data, frozen=True, kw_only=True):
    """An option that an applicant can choose; `raw` quotes the source."""

    code: Code
    name: Text
    name_en: str = ""
    raw: str = ""


class SituationGroup(Data, frozen=True, kw_only=True):
    """A question about the applicant's grounds or situation (R-058).

    choose: "one" of the choices, or "any" number of them. required: an answer must be given.
    """

    code: Code
    name: Text
    name_en: str = ""
    choose: Literal["one", "any"] = "any"
    required: bool = False
    choices: tuple[Choice, ...]
    when: When | None = None


class MaterialRule(Conditional, frozen=True, kw_only=True):
    """A material of the item, asked for where its `when` holds.

    required: False for a material that may be handed in but need not be. one_of: rules of the same
    group are alternatives, and one of them is enough (R-059). alternative: rules of a group with
    the same alternative belong together. shareable: not asked for again where data sharing has it
    (R-060). result_of: the item that issues the material. commitment_instead: a letter of
    commitment may replace it (R-063). if_it_still_exists: handed in only if the applicant still has
    it. derived_from: the legal text that names the material, where the list of materials does not.
    template: the authority's blank form. standard: the reference of the item's `photo_standard`
    that a photograph follows. at_office, at_office_en: what somebody without it does at an office
    (R-052); where that is, the item's offices and telephones say. question: what is printed is a
    datum that the form asks for as a question (姓名, 身份证号码), so that nothing is uploaded.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"standard", "at_office", "at_office_en"})

    code: Code
    name: Text
    name_en: str = ""
    raw: str = ""
    form: Form | None = None
    copies: Count | None = None
    stamped: bool = False
    form_template: str = ""
    required: bool = True
    one_of: Code | None = None
    alternative: Code | None = None
    shareable: bool = False
    result_of: ItemId | None = None
    commitment_instead: bool = False
    if_it_still_exists: bool = False
    kind: Literal["document", "photo", "data", "statement"] = "document"
    question: bool = False
    standard: Text | None = None
    at_office: Text | None = None
    at_office_en: Text | None = None
    derived_from: str = ""
    note: str = ""

    def takes(self, media_type: str) -> bool:
        """Whether a file of this type may be the material: a photograph is a picture.

        Without a type nothing was uploaded yet.
        """
        return self.kind != "photo" or not media_type or media_type.startswith("image/")


class EntriesRule(Data, frozen=True, kw_only=True):
    """How often a group of questions is answered. `name`: the title of one entry (被申请人)."""

    name: Text
    name_en: str = ""
    least: Annotated[int, msgspec.Meta(ge=0, le=50)] = 1
    most: Annotated[int, msgspec.Meta(ge=1, le=50)]


class QuestionGroup(Data, frozen=True, kw_only=True):
    """A section of questions with its title; the questions name it (`group`).

    entries: the section is filled in several times, once for each respondent or destination. Only
    such a group has a `when` and a `data_class`; both hold for all of its questions.
    """

    code: Code
    name: Text
    name_en: str = ""
    help: str = ""
    help_en: str = ""
    entries: EntriesRule | None = None
    data_class: AnswerClass | None = None
    when: When | None = None


class FactRule(Conditional, frozen=True, kw_only=True):
    """A question: what the application states.

    type: see `QuestionType`. unit, least, most: of a number, bounds included. places: the most
    decimal places of a `decimal`. longest: of a text, in characters. choices: of `choice` (one) and
    `several`. identified: whether a person or an organisation is stated with the number of their
    document. help: shown below the title. group: the section. data_class: the class of personal
    data under which the answer is sealed. step: the stage of the procedure that uses the answer.
    result_of: the item that issues the document whose number is asked for (R-066).
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"result_of"})

    code: Code
    name: Text
    name_en: str = ""
    help: str = ""
    help_en: str = ""
    type: QuestionType
    unit: str = ""
    least: int | None = None
    most: int | None = None
    places: Annotated[int, msgspec.Meta(ge=1, le=6)] = 2
    longest: Annotated[int, msgspec.Meta(ge=1, le=4000)] | None = None
    choices: tuple[Choice, ...] = ()
    identified: bool = True
    required: bool = True
    group: Code | None = None
    data_class: AnswerClass | None = None
    step: Code | None = None
    result_of: ItemId | None = None
    raw: str = ""


class CheckRule(Conditional, frozen=True, kw_only=True):
    """A condition on a stated fact that a machine can check.

    least, most: inclusive bounds of a number. at_least, at_most: the same, by the answer to another
    question, whose code they are. equals: the only answer that passes (true, a number, or a
    choice's code). before, after: exclusive bounds of a date: an ISO date, the code of another date
    fact, or "application" for the day of the application; earliest, latest: the same, inclusive.
    since: such a day too, from which `least` and `most` count days to the date. effect: "refuse"
    rejects the application, "inform" only warns the applicant.
    """

    LATER: ClassVar[frozenset[str]] = frozenset(
        {"earliest", "latest", "at_least", "at_most", "since"}
    )

    code: Code
    text: Text
    text_en: str = ""
    fact: Code
    least: int | None = None
    most: int | None = None
    equals: bool | int | str | None = None
    before: str | None = None
    after: str | None = None
    earliest: str | None = None
    latest: str | None = None
    at_least: Code | None = None
    at_most: Code | None = None
    since: str | None = None
    effect: Literal["refuse", "inform"] = "refuse"


# By what a check can compare the answer to a question of each type; other types it never compares.
COMPARED: Mapping[QuestionType, frozenset[str]] = MappingProxyType(
    {
        "integer": frozenset({"least", "most", "at_least", "at_most", "equals"}),
        "decimal": frozenset({"least", "most", "at_least", "at_most"}),
        "boolean": frozenset({"equals"}),
        "choice": frozenset({"equals"}),
        "date": frozenset({"before", "after", "earliest", "latest", "since", "least", "most"}),
    }
)


class RepresentationRule(Data, frozen=True, kw_only=True):
    """A representative who may act for the applicant; `proof` names materials of this item."""

    kind: Representative
    proof: tuple[Code, ...] = ()
    raw: str = ""


class OnlineRule(Data, frozen=True, kw_only=True):
    """What the source demands of whoever applies online; each is a quotation of the item's own.

    account: they have a real-name account, with name and number (R-014). agreement: they agree to
    the guide before the form (R-015).
    """

    account: Text | None = None
    agreement: Text | None = None


class RenewalRule(Renewal, frozen=True, kw_only=True):
    """When the applicant may renew, around the expiry stated as the date fact `fact` (R-092)."""

    fact: Code
    raw: str = ""
    when: When | None = None


class Appointment(Data, frozen=True, kw_only=True):
    """Whether applicants need an appointment."""

    kind: Literal["none", "required", "optional", "unknown"] = "unknown"
    raw: str = ""


# Of these types are the questions that a `when` may name.
DECIDING: frozenset[QuestionType] = frozenset({"boolean", "choice"})


def with_answers(asked: Iterable[FactRule], choices: Choices, stated: Mapping[str, Any]) -> Choices:
    """The choices with the answers that decide what else is asked, of questions in their order.

    An answer counts where its question is asked, so that one answer may open the question of the
    next. One that is none of its question's type counts for nothing.
    """
    known: set[tuple[str, bool | str]] = set()
    for fact in asked:
        value: Any = stated.get(fact.code)
        if fact.type not in DECIDING or not _fits(fact, value):
            continue
        so_far = msgspec.structs.replace(choices, answers=frozenset(known))
        if holds(fact.when, so_far):
            known.add((fact.code, value))
    return msgspec.structs.replace(choices, answers=frozenset(known))


def _fits(fact: FactRule, value: Any) -> bool:
    if fact.type == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and value in {one.code for one in fact.choices}
