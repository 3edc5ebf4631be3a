"""The inputs of a decision besides the case: catalogue, procedures and calendars."""

from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from shared.case.deciding.office_limits import acceptance_for, limits_for, office_at
from shared.case.facts.parts import STANDARD, DueDate, Office, Pin, Stage
from shared.case.intake.submission import CaseSubmitted
from shared.case.issuance.document import IssuedDocument
from shared.case.next.owed import PACE, RESULT, Pace
from shared.case.next.position import moments
from shared.case.state import Case, venue_of
from shared.catalogue import Catalogue, Item, UnknownItem
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.editions.carrying import carried
from shared.catalogue.rules.limits_of_item import drivers
from shared.catalogue.rules.printed_number import printed_number
from shared.catalogue.rules.procedure import Procedure, Procedures, granted, packaged_procedures
from shared.clock import (
    Calendar,
    Calendars,
    Due,
    Limit,
    Pause,
    Payday,
    Restart,
    due,
    follow_up,
    local_day,
    payday,
)
from shared.clock.calendar.moments import start_of_day, utc
from shared.clock.counting.limits import COMPUTABLE
from shared.jurisdiction import (
    Jurisdiction,
    ResponsibleOffice,
    packaged_jurisdiction,
    responsible_office,
)


class Running(msgspec.Struct, frozen=True):
    """The running limits of a case: the due date of each limit, and the event that ends it."""

    due: tuple[DueDate, ...]
    ends: dict[str, str]


class RulesSource(Protocol):
    """A source of the present rules; each decision asks it once."""

    @property
    def present(self) -> "Rules":
        """The present rules."""


class Rules(msgspec.Struct, frozen=True):
    """The catalogue, the calendars and the pace of a process, as one decision sees them."""

    catalogue: Catalogue
    calendars: Calendars
    pace: Pace = PACE
    procedures: Procedures = msgspec.field(default_factory=packaged_procedures)

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Whose cases they are today; it is pinned to no case (docs/adr/0024)."""
        return packaged_jurisdiction()

    @property
    def present(self) -> "Rules":
        """The rules themselves: unchanging rules are a source of rules too."""
        return self

    def item_of(self, case: Case) -> Item:
        """The item that judges this case: the edition of its submission, then those it moved to.

        A part that a move held back stays unchanged (docs/adr/0009).
        """
        if case.submission is None:
            raise ValueError("a case that does not exist has no item")
        item = self.catalogue.pinned(case.submission.fact.pin.item_hash)
        for move in case.moves:
            now = self.catalogue.pinned(move.fact.to_pin.item_hash)
            held = frozenset(one.what for one in move.fact.kept)
            text = carried(item.text, now.text, held, choices_of(case))
            item = Item(text=text, hash=now.hash)
        return item

    def pin_of(self, item: Item) -> Pin:
        """The present edition of the catalogue, to be recorded with a new case."""
        catalogue = self.catalogue
        return Pin(version=catalogue.version, hash=catalogue.hash, item_hash=item.hash)

    def procedure(self, item: Item, choices: Choices, delivery: str) -> Procedure:
        """The procedure of an application, with the names of its stages."""
        return self.procedures.of(item.text, choices, delivery=delivery)

    def stages(self, item: Item, choices: Choices, delivery: str) -> tuple[Stage, ...]:
        """The procedure to be recorded with a new case; empty for the standard procedure."""
        found = tuple(
            Stage(
                code=stage.code,
                kind=stage.kind,
                service=stage.service,
                actor=stage.actor,
                cause=stage.cause,
                retry=stage.retry,
                result=stage.result,
                optional=stage.optional,
            )
            for stage in self.procedure(item, choices, delivery).stages
        )
        return () if found == STANDARD else found

    def results_of(self, case: Case) -> tuple[ResultRule, ...]:
        """The results that the case can be granted."""
        return granted(self.item_of(case).text, choices_of(case))

    def calendar_of(self, item: Item) -> Calendar:
        """The calendar in which the item's limits are counted."""
        return self.calendars.of(item.text.calendar)

    def applicant_has(self, item: Item, *, n: int, unit: str, start: datetime) -> DueDate:
        """The end of the applicant's time of `n` `unit`."""
        limit = Limit(
            name="applicant",
            kind="period",
            n=n,
            unit="working_days" if unit == "working_days" else "calendar_days",
            start_event="asked",
            end_event="answered",
            party="applicant",
        )
        answer = due(limit, start, self.calendar_of(item))
        return _due_date(limit, answer, warn_at=None)

    def reminder(self, item: Item, last: DueDate, *, days: int, start: datetime) -> datetime | None:
        """When the applicant is reminded, `days` working days before the last day of their time.

        Null where no date is known, or where it would be within a day of the request itself.
        """
        at = _warning(Due(last.due, last.due_at), days, self.calendar_of(item), start)
        return at if at is not None and at > utc(start) + timedelta(days=1) else None

    def earliest_end(self, case: Case, step: str, since: date) -> date:
        """The first day that may be the last of a step, where it begins on `since`.

        That day itself where nothing is printed; the day on which it begins does not count.
        """
        item = self.item_of(case)
        stage = self.procedure(item, choices_of(case), case.delivery or "").stage(step)
        if stage is None or not stage.days:
            return since
        answer = self.applicant_has(item, n=stage.days, unit=stage.unit, start=start_of_day(since))
        return answer.due or since

    def acceptance_due(self, case: Case, *, start: datetime) -> tuple[tuple[DueDate, bool], ...]:
        """Each limit of the acceptance, and whether silence after it accepts (R-034, R-048)."""
        item = self.item_of(case)
        found = acceptance_for(item.text, choices_of(case), self.office_of(case)).values()
        calendar = self.calendar_of(item)
        return tuple(
            (_limit_due(rule, due(rule, start, calendar), calendar, start), rule.deemed is not None)
            for rule in found
        )

    def limits_of(self, case: Case) -> dict[str, LimitRule]:
        """The authority's limits that hold for this case, by name; without those of acceptance."""
        text = self.item_of(case).text
        return limits_for(text, choices_of(case), self.office_of(case))

    def office_of(self, case: Case) -> Office | None:
        """The office of the case: after acceptance the recorded one, before it the chosen one.

        The office's own limits stay as they were when the case was accepted (R-087).
        """
        if case.acceptance is not None:
            return case.acceptance.fact.office
        return office_at(self.item_of(case).text, case.office) if case.office else None

    def responsible(self, case: Case) -> ResponsibleOffice | None:
        """The office that has the case: the one that it names, else the one in charge."""
        known = self.jurisdiction
        code = case.office or known.responsible(case.department, venue_of("", case.item))
        return responsible_office(code, known) if code else None

    def office_called(self, case: Case) -> str:
        """The name of the office that the case names; empty where it names none that is known."""
        if not case.office or case.office not in self.jurisdiction.offices:
            return ""
        return self.jurisdiction.title(case.office).zh

    def running(self, case: Case, *, keep: tuple[DueDate, ...] = ()) -> Running:
        """Every limit of the case that has started, with its pauses, extension and restarts.

        The earliest of the promised and the statutory limits drives. A missed limit with a
        follow-up adds the follow-up (R-088). A limit without a date gives the reason. `keep`: dates
        that stay unchanged.
        """
        item, rules = self.item_of(case), self.limits_of(case)
        begun = moments(case, frozenset(rule.start_event for rule in rules.values()))
        found: dict[str, tuple[LimitRule | Limit, DueDate]] = {}
        for name, rule in rules.items():
            start = begun.get(rule.start_event)
            if start is None and rule.start_event and rule.kind in COMPUTABLE:
                continue
            found[name] = rule, self._due(rule, start, case, item)
        for name in case.missed & set(found):
            if (more := self._follow_up(found[name][0], case, item)) is not None:
                found[more[0].name] = more
        kept = {date.limit: date for date in keep}
        ends = {name: rule.end_event for name, (rule, _) in found.items()}
        names = {rule.name for rule in drivers(item.text, choices_of(case))}
        return Running(
            due=_driven(tuple(kept.get(n, date) for n, (_, date) in found.items()), names),
            ends={name: end for name, end in ends.items() if end and end != RESULT},
        )

    def _due(self, rule: LimitRule, start: datetime | None, case: Case, item: Item) -> DueDate:
        at = start or _since(case)
        answer = due(
            rule,
            at,
            self.calendar_of(item),
            pauses=_pauses(case),
            extended=rule.name in case.extended,
            restarts=[Restart(one.at, one.rule) for one in case.restarts if one.limit == rule.name],
            hours=None if isinstance(item.text.hours, str) else item.text.hours.table(),
        )
        return _limit_due(rule, answer, self.calendar_of(item), at)

    def _follow_up(
        self, rule: LimitRule | Limit, case: Case, item: Item
    ) -> tuple[Limit, DueDate] | None:
        missed = next(date for date in case.limits if date.limit == rule.name)
        if rule.follow_up is None or missed.due is None:
            return None
        answer = follow_up(rule, Due(missed.due, missed.due_at), self.calendar_of(item))
        return rule.follow_up, _due_date(rule.follow_up, answer, warn_at=None)

    def payday_after(
        self, item: Item, after: datetime, *, attempt: int, party: str | None
    ) -> Payday | None:
        """The next day of the item's schedule after the day of `after`; None without a schedule.

        For an item with fewer attempts than `attempt`, the schedule starts again.
        """
        days = item.text.paydays
        if not days:
            return None
        most = max(day.attempt for day in days)
        return payday(
            days,
            local_day(after),
            self.calendar_of(item),
            attempt=(attempt - 1) % most + 1,
            party=party if any(day.party for day in days) else None,
        )


def choices_of(case: Case) -> Choices:
    """The application's choices, in the form that the rules of its item take."""
    told = case.application
    if told is None:
        return Choices()
    return Choices(
        variant=told.variant,
        situations=frozenset(told.situations),
        representative=told.representation,
        channel=told.channel,
        applicant=_applicant(told),
        called_for=frozenset(told.called_for),
    )


def _applicant(told: CaseSubmitted) -> str:
    """What kind of applicant applied; "" where nobody did."""
    if told.initiated_by != "applicant":
        return ""
    return next((one.kind for one in told.parties if one.role == "applicant"), "person")


def _driven(dates: tuple[DueDate, ...], names: set[str]) -> tuple[DueDate, ...]:
    """The same dates, with the earliest of `names` marked: applicants are shown that date."""
    known = [date for date in dates if date.limit in names and date.due_at is not None]
    first = min(known, key=lambda date: (date.due_at, date.limit)).limit if known else None
    return tuple(msgspec.structs.replace(date, drives=date.limit == first) for date in dates)


def _since(case: Case) -> datetime:
    """The start of a limit that has no start event, because it has no date."""
    mark = case.accepted or case.submitted
    if mark is None:
        raise ValueError("a case that does not exist has no limits")
    return mark.at


def _pauses(case: Case) -> list[Pause]:
    """The finished and the open pauses."""
    over = [Pause.between(pause.start, pause.end, pause.cause) for pause in case.pauses]
    still = [Pause.between(one.since.at, None, cause) for cause, one in case.paused.items()]
    return [*over, *still]


def _limit_due(limit: LimitRule, answer: Due, calendar: Calendar, start: datetime) -> DueDate:
    warn_at = None
    if limit.warn_days is not None and limit.rank != "internal":
        warn_at = _warning(answer, limit.warn_days, calendar, start)
    return _due_date(limit, answer, warn_at=warn_at)


def _warning(answer: Due, days: int, calendar: Calendar, start: datetime) -> datetime | None:
    """The start of the working day `days` before the end, but not before the limit's start."""
    if answer.date is None:
        return None
    until = calendar.working_up_to(answer.date.toordinal()) - days
    day = answer.date.fromordinal(calendar.nth_working(until))
    return max(utc(start_of_day(day)), utc(start) + timedelta(seconds=1))


def _due_date(limit: Limit, answer: Due, *, warn_at: datetime | None) -> DueDate:
    return DueDate(
        limit=limit.name,
        due=answer.date,
        due_at=None if answer.due_at is None else utc(answer.due_at),
        warn_at=warn_at,
        calendar_version=answer.calendar_version,
        provisional=answer.provisional,
        incomplete=answer.incomplete,
        drives=False,
        rank=limit.rank,
        reason=answer.reason,
    )


def number_printed(document: IssuedDocument, case: Case, rules: Rules) -> str | None:
    """The number as it stands on the paper of the document, by the case's own edition.

    None where the document has none, and where its edition is not known any more.
    """
    numbered, mark = document.numbered, document.numbered_at
    if numbered is None or mark is None:
        return None
    try:
        results = rules.item_of(case).text.results
    except UnknownItem:
        return None
    rule = next((one for one in results if one.code == numbered.result), None)
    if rule is None:
        return None
    return printed_number(rule, numbered.number, year=local_day(mark.at).year)
