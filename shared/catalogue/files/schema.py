"""The JSON Schema (2020-12) of an item's file, for editors and for other programs."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.words import EVENTS

SCHEMA_NAME = "item.schema.json"
# An editor's description of each field of a file; a test checks that none is missing.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "id": "The item's number, for which the file is named; in quotes.",
        "kind": "item, or rule: a text that items refer to and nobody applies for.",
        "edition": "Goes up by one when a published item changes.",
        "offered": "Whether it can be applied for; null for a rule.",
        "not_offered_because": "Why not, where offered is false.",
        "not_offered_because_zh": "The same in Chinese, as applicants read it.",
        "source": "Where the item is printed: document and first and last line.",
        "name": "As printed.",
        "name_en": "In English: a translation of ours in every file, for which no reason is asked.",
        "aliases": "Words by which people look for it, Chinese (社保卡) and English; all are ours.",
        "summary": "What it is for, as printed.",
        "item_type": "One of the types; what is printed otherwise goes to item_type_raw.",
        "item_type_raw": "The type as printed, where it is none of the types.",
        "department": "The office's code, kebab-case English.",
        "department_name": "The office as printed.",
        "level": "As printed: which level exercises it.",
        "audience": "As printed: for whom it is.",
        "applicants": "Who may apply: person, organisation, unit (for people of its own).",
        "case_kind": "As printed (承诺件, 即办件).",
        "on_site_visits": "As printed.",
        "intermediary": "As printed (中介服务); its line stands in source, at.",
        "power_source": "As printed (权力来源); its line stands in source, at.",
        "licence": "Whether the law on licences governs it, where the printed type does not say.",
        "coverage": "As printed: from where one may apply.",
        "calendar": "Whose days off count.",
        "initiated_by": "Who begins it; left out for the applicant.",
        "initiated_raw": "The words that say so.",
        "in_force": "Since when, until when, and what replaced it.",
        "same_service_as": "Other items that are the same service in another document.",
        "legal_bases": "Laws and documents it rests on, in the edition cited.",
        "template": "The procedure, T01 to T11.",
        "modifiers": "What changes the procedure's stages.",
        "steps": "The steps in the source's words.",
        "variants": "Businesses under one name: first application, renewal, change, closure.",
        "situations": "Questions about the applicant's situation that select what is asked for.",
        "conditions": "In the source's words.",
        "groups": "Sections of questions; one with entries is filled in several times.",
        "facts": "What the application states: the questions, each with its type.",
        "checks": "Conditions that a machine can check on the facts.",
        "materials": "What must be brought; none; or unknown.",
        "materials_raw": "The whole text of the materials, where single ones were read from it.",
        "channels": "How one may apply.",
        "channels_raw": "As printed.",
        "online": "What the source demands of whoever applies online, in its words.",
        "appointment": "Whether one is needed.",
        "representation": "Who may act for the applicant, and with what proof.",
        "offices": "Where it is accepted or decided; one that a case can name has a code.",
        "hours": "Opening hours by season.",
        "hotlines": "Telephones, without names of people.",
        "fee": "amount with lines and basis; none; unknown: nothing may be charged.",
        "limits": "What the authority has to keep, each with its start and end event.",
        "windows": "When an application may come in.",
        "paydays": "Pay-out and deduction days.",
        "applicant_deadlines": "The applicant's own, to remind only.",
        "renewals": "When one may come, around an expiry that the applicant states.",
        "acceptance": "Who accepts, where the source says so.",
        "supplement": "How long to hand in what is missing, where the source says so.",
        "review": "The review criteria as printed.",
        "one_person_because": "Why one officer decides alone, though a paper gets a number or "
        "money moves; left out: a second person decides there.",
        "checklists": "What an inspection looks at, by step; else the step's own points.",
        "results": "What is issued.",
        "delivery": "How it reaches the applicant.",
        "appeal": "Where a refusal is appealed, where the source says so.",
        "remedy": "What can be done against a refusal, by its kind; instead of appeal.",
        "kept": "How long what of a case is kept.",
        "rules": "Rules (001-R1 …) that hold for the item.",
        "statements": "What a rule rules, in the source's words.",
        "photo_standard": "What a photograph must be.",
        "left_out": "What the source prints and the system does not do, and why.",
        "oddities": "What is wrong or odd in the source.",
        "findings_ack": "Warnings of the check that are right as they are: code and why.",
        "remarks": "As printed.",
        "inferred": "Fields that were inferred instead of read: path and why, in words of the "
        "item's own.",
        "inferred_by": "Fields that follow from a rule for many items: path and the rule's name "
        "under reasons in defaults.yaml.",
    }
)


# The same of the parts that clerks write most.
PARTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "FactRule": {
            "code": "The question's code; never renamed.",
            "name": "Its title in Chinese.",
            "name_en": "Its title in English.",
            "help": "One or two sentences below the title: where to find it, in which form.",
            "help_en": "The same in English.",
            "type": "What kind of answer it takes.",
            "unit": "Of a number: 间, 平方米, 人.",
            "least": "The smallest number that is taken.",
            "most": "The largest number that is taken.",
            "places": "Decimal places of a decimal.",
            "longest": "Of a text: the most characters.",
            "choices": "Of choice and several: what can be chosen.",
            "identified": "false: a person or an organisation is stated without a number.",
            "required": "false: it may be left out.",
            "group": "The code of the section.",
            "data_class": "Under which class of personal data the answer is sealed.",
            "step": "The stage of the procedure that uses the answer.",
            "result_of": "The item that issues the document whose number is asked for.",
            "raw": "The words of the source that ask for it.",
            "when": "For which applications it is asked; left out: for all.",
            "condition": "The source's own words of the condition.",
        },
        "QuestionGroup": {
            "code": "The section's code; that of the list in the answers where it has entries.",
            "name": "Its title in Chinese.",
            "name_en": "Its title in English.",
            "help": "A sentence below the title.",
            "help_en": "The same in English.",
            "entries": "It is filled in several times: name of one entry, least, most.",
            "data_class": "With entries: the class of all its answers.",
            "when": "With entries: for which applications it is asked.",
        },
        "CriterionRule": {
            "code": "The code that findings name.",
            "text": "As printed.",
            "met": "What the applicant is told where it is met; no closing mark.",
            "met_en": "The same in English.",
            "unmet": "What was found where it is not met, and what to do now; no closing mark.",
            "unmet_en": "The same in English.",
        },
        "RemedyRule": {
            "kind": "reconsideration, tax, arbitration, petition, appraisal, final, title, "
            "after-reconsideration or objection.",
            "bodies": "Where it is asked for, by office; left out: the kind's own words.",
            "days": "Calendar days, where the item prints others than the kind has.",
            "raw": "The words of the source; else a reason in inferred, remedy.",
        },
        "OnlineRule": {
            "account": "The words that ask for a real-name account (name and number verified).",
            "agreement": "The words that ask to read the guide and agree to it.",
        },
        "MaterialRule": {"question": "true: a datum that the form asks for; no upload."},
        "FeeLine": {"most": "How many one application may order; left out: one without a unit."},
    }
)


def item_schema() -> dict[str, Any]:
    """The schema. The check covers the rules beyond it (codes that exist, a fee's basis)."""
    schema = msgspec.json.schema(ItemFile)
    definitions = schema["$defs"]
    for definition in definitions.values():
        text = definition.get("description")
        if text:
            definition["description"] = " ".join(text.split())
    for name, said in FIELDS.items():
        definitions["ItemFile"]["properties"][name]["description"] = said
    for part, fields in PARTS.items():
        for name, said in fields.items():
            definitions[part]["properties"][name]["description"] = said
    for definition in (definitions["LimitRule"], definitions["Limit"]):
        for name in ("start_event", "end_event"):
            definition["properties"][name]["enum"] = ["", *EVENTS]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An item of the catalogue",
        **schema,
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(item_schema(), ensure_ascii=False, indent=1) + "\n"
