"""The answers of an application, read by the questions of its item.

Pure. `faults_of_answers` names everything that is wrong; `kept_answers` gives them as they are
sealed: numbers in capital letters, texts without blanks around them.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.intake.application.faults import Fault
from services.intake.application.parties.persons import birth_faults
from services.intake.application.questions.kinds import read_answer
from services.intake.application.questions.wrong import WrongPart
from shared.catalogue import ItemText
from shared.catalogue.definition.asking import EntriesRule, FactRule, QuestionGroup
from shared.catalogue.definition.choosing import Choices, holding, holds
from shared.clock.telling.wording import Words


def faults_of_answers(
    text: ItemText, choices: Choices, answers: Mapping[str, Any], today: date
) -> Iterator[Fault]:
    """Everything that is wrong with the answers: what is missing, unknown or not as asked."""
    asked = {fact.code: fact for fact in holding(text.asked_once, choices)}
    groups = [one for one in text.with_entries if holds(one[0].when, choices)]
    for code in sorted(set(answers) - set(asked) - {group.code for group, _ in groups}):
        yield _not_asked(f"/facts/{code}")
    yield from _asked(asked, answers, "/facts", today)
    for group, rule in groups:
        asked_each = {fact.code: fact for fact in text.asked_in(group)}
        yield from _entries(group, rule, asked_each, answers, today)


def faults_of_entries(
    text: ItemText, group: QuestionGroup, rule: EntriesRule, entries: list[Any], today: date
) -> Iterator[Fault]:
    """What is wrong with the entries of one group, whatever else the application says."""
    asked = {fact.code: fact for fact in text.asked_in(group)}
    yield from _entries(group, rule, asked, {group.code: entries}, today)


def _not_asked(pointer: str) -> Fault:
    said = Words("该事项没有这个问题，请勿填写。", "The item has no such question.")
    return Fault("fact-unknown", said, pointer)


def _asked(
    asked: Mapping[str, FactRule], answers: Mapping[str, Any], at: str, today: date
) -> Iterator[Fault]:
    """What is wrong with the answers to these questions."""
    for code, fact in asked.items():
        if code not in answers:
            if fact.required:
                name = fact.name_en or fact.name
                said = Words(f"须填写：{fact.name}。", f"{name} is needed.")
                yield Fault("fact-missing", said, f"{at}/{code}")
            continue
        found = read_answer(fact, answers[code])
        for one in found.wrong:
            yield _fault(fact, one, f"{at}/{code}")
        if fact.type == "person" and not found.wrong:
            yield from birth_faults(found.value, f"{at}/{code}", today)


def _fault(fact: FactRule, wrong: WrongPart, at: str) -> Fault:
    zh, en = wrong.said.zh.rstrip("。"), wrong.said.en.rstrip(".")
    said = Words(f"{fact.name}：{zh}。", f"{fact.name_en or fact.name}: {en}.")
    return Fault(wrong.code, said, at + wrong.at, {"type": fact.type})


def _entries(
    group: QuestionGroup,
    rule: EntriesRule,
    asked: Mapping[str, FactRule],
    answers: Mapping[str, Any],
    today: date,
) -> Iterator[Fault]:
    """What is wrong with the entries of a group that is filled in several times."""
    at = f"/facts/{group.code}"
    if group.code not in answers and not rule.least:
        return
    entries = answers.get(group.code, ())
    if not isinstance(entries, list | tuple) or not all(isinstance(one, dict) for one in entries):
        en = group.name_en or group.name
        said = Words(f"{group.name}须逐项填写。", f"{en} has to be a list of entries.")
        yield Fault("fact-invalid", said, at, {"type": "entries"})
        return
    if not rule.least <= len(entries) <= rule.most:
        yield Fault("entries-count", _counted(rule), at)
    for number, entry in enumerate(entries):
        for code in sorted(set(entry) - set(asked)):
            yield _not_asked(f"{at}/{number}/{code}")
        yield from _asked(asked, entry, f"{at}/{number}", today)


def _counted(rule: EntriesRule) -> Words:
    least, most, name, name_en = rule.least, rule.most, rule.name, rule.name_en or rule.name
    if least == most:
        return Words(f"须填写{least}项{name}。", f"{name_en}: {least} are needed.")
    if not least:
        return Words(f"{name}最多填写{most}项。", f"{name_en}: at most {most}.")
    return Words(f"须填写{least}至{most}项{name}。", f"{name_en}: {least} to {most} are needed.")


def kept_answers(text: ItemText, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are sealed; one that cannot be read stays as it was sent."""
    once = {fact.code: fact for fact in text.asked_once}
    groups = {group.code: group for group, _ in text.with_entries}
    found: dict[str, Any] = {}
    for code, value in answers.items():
        group = groups.get(code)
        if group is not None and isinstance(value, list):
            asked = {fact.code: fact for fact in text.asked_in(group)}
            found[code] = [
                _kept(asked, entry) if isinstance(entry, dict) else entry for entry in value
            ]
        else:
            found |= _kept(once, {code: value})
    return found


def _kept(asked: Mapping[str, FactRule], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, value in answers.items():
        fact = asked.get(code)
        read = None if fact is None else read_answer(fact, value)
        plain = read is None or read.wrong or isinstance(read.value, date)
        found[code] = value if plain or read is None else read.value
    return found
