"""What was chosen so far, and whether a `when` of the form holds for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.portal.forms.parts import IN_PERSON, Form, Typed, one_typed

FormEntry = Mapping[str, Any]
_PERSON, _HANDLER = "person", "unit-handler"

_YES_OR_NO = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True)
class ChoicesMade:
    """The choices on which other questions depend; `representation` is empty in person.

    `answers`: those to questions that were asked and can be read, by the question's code.
    """

    channel: str
    variant: str = ""
    situations: frozenset[str] = frozenset()
    applicant: str = "person"
    representation: str = ""
    answers: Mapping[str, bool | str] = field(default_factory=dict)


def entries(form: Form, section: str) -> list[FormEntry]:
    """The fields of a section of the form's order; none where the form has no such section."""
    return [field for one in form["order"] if one["section"] == section for field in one["fields"]]


def applies(entry: FormEntry, chosen: ChoicesMade) -> bool:
    """Whether a field of the form is for this application."""
    when = entry.get("when", {})
    made = chosen.situations | {chosen.variant}
    return (
        chosen.variant in when.get("variant", (chosen.variant,))
        and ("situation" not in when or not chosen.situations.isdisjoint(when["situation"]))
        and chosen.representation in when.get("representative", (chosen.representation,))
        and chosen.channel in when.get("channel", (chosen.channel,))
        and chosen.applicant in when.get("applicant", (chosen.applicant,))
        and made.isdisjoint(when.get("unless", ()))
        and all(
            chosen.answers.get(code) in wanted for code, wanted in when.get("answer", {}).items()
        )
    )


def codes_of(entry: FormEntry) -> list[str]:
    """The codes that a field offers."""
    return [one["code"] for one in entry.get("choices", ())]


def channel_of(form: Form) -> str:
    """Over which channel the portal applies: online, or the first that there is."""
    channels: list[str] = form["schema"]["properties"]["channel"]["enum"]
    return "online" if "online" in channels else channels[0]


def chosen_of(form: Form, typed: Typed, channel: str) -> ChoicesMade:
    """The choices in what was typed; one that the form does not offer counts for none."""
    variant = one_typed(typed, "variant")
    if variant not in [code for entry in entries(form, "variant") for code in codes_of(entry)]:
        variant = ""
    applicant = _applicant(form, typed)
    acting = one_typed(typed, "representation")
    ways = ways_to_act(form, applicant)
    if acting == IN_PERSON or acting not in ways:
        # An organisation never acts by itself: until it says who, its handler does.
        acting = _HANDLER if applicant != _PERSON and _HANDLER in ways else ""
    chosen = ChoicesMade(
        channel=channel, variant=variant, applicant=applicant, representation=acting
    )
    chosen = replace(chosen, situations=_situations(form, typed, chosen))
    return replace(chosen, answers=_answers(form, typed, chosen))


def _answers(form: Form, typed: Typed, chosen: ChoicesMade) -> Mapping[str, bool | str]:
    """The answers on which others may depend, in the form's order: one may open the next.

    What was typed into a question that is closed again counts for nothing.
    """
    known: dict[str, bool | str] = {}
    for section in form["order"]:
        if not section["section"].startswith("facts") or "entries" in section:
            continue
        for entry in section["fields"]:
            said = one_typed(typed, entry["pointer"].strip("/").replace("/", "."))
            if not applies(entry, replace(chosen, answers=known)):
                continue
            if entry["type"] == "boolean" and said in _YES_OR_NO:
                known[entry["pointer"].rpartition("/")[2]] = _YES_OR_NO[said]
            elif entry["type"] == "choice" and said in codes_of(entry):
                known[entry["pointer"].rpartition("/")[2]] = said
    return known


def kind_comes_first(form: Form) -> bool:
    """Whether a question depends on the kind of applicant, which is asked before it then."""
    whens = [
        one.get("when", {})
        for section in form["order"]
        if section["section"].startswith("facts")
        for one in (section, *section["fields"])
    ]
    return any("applicant" in when for when in whens)


def _applicant(form: Form, typed: Typed) -> str:
    kinds = applicant_kinds(form)
    said = one_typed(typed, "applicant.kind")
    return said if said in kinds else kinds[0]


def applicant_kinds(form: Form) -> list[str]:
    """Who may apply: `person`, `organisation`, `unit`."""
    labels = form["schema"]["properties"]["applicant"]["properties"]["kind"]["oneOf"]
    return [label["const"] for label in labels]


def ways_to_act(form: Form, applicant: str) -> list[str]:
    """In which capacities somebody may act for an applicant of this kind.

    The order lists all of the item; which of them an organisation may have stands in the schema.
    """
    branch = "then" if applicant == "person" else "else"
    allowed = {
        code
        for rule in form["schema"]["allOf"]
        if isinstance(branched := rule.get(branch), Mapping)
        for code in branched.get("properties", {}).get("representation", {}).get("enum", ())
    }
    ways = [entry["code"] for entry in entries(form, "representation") if "code" in entry]
    return [code for code in ways if code in allowed]


def _situations(form: Form, typed: Typed, chosen: ChoicesMade) -> frozenset[str]:
    """The situations of the groups that apply; a group may depend on a choice in another."""
    groups = entries(form, "situations")
    picked = frozenset(_picked(groups, typed))
    while True:
        chosen = replace(chosen, situations=picked)
        kept = frozenset(_picked((one for one in groups if applies(one, chosen)), typed))
        if kept >= picked:
            return picked
        picked &= kept


def _picked(groups: Iterable[FormEntry], typed: Typed) -> Iterator[str]:
    for group in groups:
        offered = codes_of(group)
        yield from (
            code for code in typed.get(f"situations.{group['group']}", ()) if code in offered
        )
