"""What the system makes of the reference log, as digests: every import of the system is here.

Each digest is over what can be seen of a case (its status and what it owes after each event, the
views, the words, the timers), never over how the state is laid out in memory: so the code may be
moved and its state reshaped, and a line of a fold that changes is seen.
"""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from services.intake.topics import INTAKE
from services.intake.view import view as intake_view
from services.issuance.topics import ISSUANCE
from services.notify.telling import Telling
from services.notify.words.table import NOTICES
from services.progress.standing.answer import view as progress_view
from services.progress.standing.fold import Progress, present_status, versions
from services.progress.standing.fold import fold as fold_progress
from services.progress.standing.view import VIEW
from services.review.topics import REVIEW
from services.review.view import view as review_view
from shared.audit import verifier
from shared.case import (
    Case,
    Fact,
    IssuedDocument,
    Notices,
    Owed,
    Rules,
    case_stream,
    decode,
    evolve,
    fold,
    fold_document,
    fold_notices,
    notice_stream,
    owed,
    owed_document,
    owed_notices,
    owed_of,
    status,
)
from shared.case.next.position import HAPPENED, destroy_after, happened
from shared.catalogue import Catalogue, Item, ItemText
from shared.clock import packaged_calendars
from shared.eventlog import Commit, Event, Loaded, event_values
from shared.eventlog.codec import decode_commit
from shared.kafka.headers import to_kafka
from shared.kafka.record import records_of
from tests.reference.kept import Export, digest

SERVICES = ("intake", "review", "issuance", "notify")
# What the desk can do since: it stands beside what could be done before, and takes nothing away.
SINCE = frozenset({"release", "passing-on", "visit", "delay", "correction", "originals"})
POSSIBLE = (INTAKE.possible, REVIEW.possible, ISSUANCE.possible)


@dataclass
class KeptLog:
    """The commits of one export by stream, read as the event log is read."""

    lanes: list[list[Commit]] = field(default_factory=list)
    streams: dict[str, list[Commit]] = field(default_factory=dict)

    def load(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        """A stream's commits in order, up to those that begin at or below a version."""
        commits = self.streams.get(stream, [])
        wanted = (
            commit
            for commit in commits
            if upto_version is None or commit.first_version <= upto_version
        )
        return Loaded(stream=stream, commits=tuple(wanted))

    def events(self, stream: str) -> tuple[Event, ...]:
        """A stream's events in order."""
        return self.load(stream).events


def kept_log(export: Export) -> KeptLog:
    """The log of an export."""
    log = KeptLog()
    for lane in range(export.lanes):
        found = [
            decode_commit({"body": line.body, "hash": line.hash, "mac": line.mac})
            for line in export.lines(lane)
        ]
        log.lanes.append(found)
        for commit in found:
            log.streams.setdefault(commit.stream, []).append(commit)
    return log


def rules_of(editions: bytes) -> Rules:
    """The rules that judge the kept cases: the kept editions of the items, today's calendars."""
    kept = msgspec.json.decode(editions)

    def items(of: str) -> list[Item]:
        return [
            Item(text=msgspec.convert(one["text"], ItemText), hash=one["hash"]) for one in kept[of]
        ]

    catalogue = Catalogue(items("items"), version=kept["version"], former=items("former"))
    return Rules(catalogue, packaged_calendars())


def computed(export: Export, rules: Rules) -> dict[str, Any]:
    """Every digest of one export: each case by id, each lane, and how many events were read."""
    log = kept_log(export)
    telling = Telling(log, rules)  # type: ignore[arg-type] - it loads, and does nothing else
    papers = _documents_of_cases(log)
    cases = [stream.partition("/")[2] for stream in log.streams if stream.startswith("case/")]
    return {
        "cases": {
            case: _case(case, papers.get(case, []), log, rules, telling) for case in sorted(cases)
        },
        "lanes": [_lane(lane, commits) for lane, commits in enumerate(log.lanes)],
        "types": _counted(log),
    }


def verified(export: Export, folder: Path) -> list[dict[str, Any]]:
    """Size and Merkle root of each lane, as the verifier for outsiders computes them.

    AssertionError where it has anything to say against the export.
    """
    key = export.files["key.txt"].decode().strip()
    with contextlib.redirect_stdout(io.StringIO()) as out:
        verifier.main([str(export.write(folder / export.name)), "--key", key, "--json"])
    result = json.loads(out.getvalue())
    assert result["findings"] == []
    return [{"size": lane["size"], "root": lane["root"]} for lane in result["lanes"]]


# ---- one case


def _case(
    case_id: str, papers: Sequence[str], log: KeptLog, rules: Rules, telling: Telling
) -> dict[str, str]:
    """The digests of one case by what they are over."""
    case = fold(log.events(case_stream(case_id)), case_id=case_id)
    notices = fold_notices(case_id, log.events(notice_stream(case_id)))
    documents = [
        fold_document(stream.partition("/")[2], log.events(stream)) for stream in sorted(papers)
    ]
    streams = [case_stream(case_id), notice_stream(case_id), *sorted(papers)]
    progress = fold_progress(case_id, {stream: log.events(stream) for stream in streams})
    parts: dict[str, object] = {
        "trace": _trace(case_id, log.events(case_stream(case_id))),
        "state": _state(case),
        "intake": _intake(intake_view(case, rules), case),
        "review": _review(review_view(case, rules), REVIEW.possible(case)),
        "progress": _progress(progress),
        "notices": _notices(notices),
        "documents": [_document(one) for one in documents],
        "timers": _timers(case, notices, documents),
        "words": _words(streams, log, telling),
    }
    return {name: digest(value) for name, value in parts.items()}


def _intake(told: dict[str, Any], case: Case) -> dict[str, Any]:
    """What intake answers, without what it tells since: for a case of then that has one answer.

    What came as an answer to the one request are materials of the case; then any answer was all.
    """
    applicant = [{"role": "applicant", "kind": "person"}]
    assert told["parties"] in ([], applicant), told["parties"]
    if isinstance(asked := told["supplement"], dict):
        came = {str(one["code"]) for one in told["materials"]}
        assert set(asked["given"]) <= came, asked
        assert asked["answered"] or not asked["given"], asked
        sets = [each for one in asked["asked"] for each in one["one_of"]]
        assert sorted(one["code"] for each in sets for one in each) == sorted(
            one["code"] for one in asked["missing"]
        ), asked
        newer = {"given", "asked"}
        told = told | {"supplement": {n: v for n, v in asked.items() if n not in newer}}
    fee = told["fee"]
    if isinstance(fee, dict):
        fee = {**fee, "payments": [_payment(one) for one in fee["payments"]]}
    assert not told["taken_in"]
    assert not told["originals"]
    assert not told["guide"]
    assert told["outcome"] or told["status"] not in {"closed", "refunded"}, told["status"]
    since = {"parties", "order", "taken_in", "originals", "guide", "outcome", "responsible"}
    actions = [name for name in told["actions"] if name not in SINCE]
    now = {
        **told,
        "fee": fee,
        "actions": actions,
        "due": [{n: v for n, v in one.items() if n not in {"zh", "en"}} for one in told["due"]],
        "refusal": _why(told["refusal"], case.refusal and case.refusal.fact),
        "non_acceptance": _why(
            told["non_acceptance"], case.non_acceptance and case.non_acceptance.fact
        ),
    }
    return {name: value for name, value in now.items() if name not in since}


def _why(told: dict[str, Any] | None, fact: Fact | None) -> dict[str, Any] | None:
    """The grounds as they were told then: in the words of the criteria that were not met."""
    if told is None or fact is None:
        assert told is fact is None
        return None
    kept: dict[str, Any] = _plain(fact)
    assert not told.get("explained")
    names = {"why", "reason", "missing", *(told.keys() - {"remedy", "explained"})} & kept.keys()
    if "reasons" in told:
        codes = [one["criterion"] for one in told["reasons"]]
        assert codes == [one["criterion"] for one in kept["reasons"]]
        assert told["remedy"]["zh"]
    same = names - {"reasons"}
    assert digest({name: told[name] for name in same}) == digest(
        {name: kept[name] for name in same}
    ), (
        told,
        kept,
    )
    return {name: kept[name] for name in names}


def _payment(told: dict[str, object]) -> dict[str, object]:
    """A payment as it was told then: nothing of its way back was ever wrong."""
    back = told["amount"] if told["refunded"] else "0.00"
    assert (told["returned"], told["trouble"], told["settled"]) == (back, None, False)
    names = ("transaction", "accounted", "refund_ordered", "refunded")
    return {name: told[name] for name in names}


def _review(told: dict[str, Any], possible: Sequence[str]) -> dict[str, object]:
    """What review answers, with the actions that there were then.

    The criteria of the steps stand apart since; whether a refusal was explained is said since, and
    beside a criterion what is looked at, and what is sent where it is not met.
    """
    of_steps = [{"code": one["code"], "text": one["text"]} for one in told["step_criteria"]]
    since = {"step_criteria", "checklist", "next_step", "outcomes", "delays", "corrections"}
    since |= {"old_documents_open"}
    kept = {name: value for name, value in told.items() if name not in since}
    kept["due"] = [{n: v for n, v in one.items() if n not in {"zh", "en"}} for one in told["due"]]
    if told["refusal"] is not None:
        assert told["refusal"]["explained"] is False
        kept["refusal"] = {k: v for k, v in told["refusal"].items() if k != "explained"}
    said = {"unmet", "unmet_en"}
    assert all(one[name] for one in told["criteria"] for name in said)
    said |= {"asked", "asked_en"}
    of_officer = [{n: v for n, v in one.items() if n not in said} for one in told["criteria"]]
    actions = [name for name in possible if name not in SINCE]
    return {**kept, "criteria": [*of_officer, *of_steps], "actions": actions}


def _trace(case_id: str, events: Iterable[Event]) -> list[object]:
    """After each event: the status, all that is owed, and what everybody can do."""
    case, told = Case(id=case_id), []
    for event in events:
        case = evolve(case, decode(event))
        told.append(
            [
                case.version,
                status(case) if case.exists else "",
                [_owed(one) for one in owed(case)],
                [[name for name in possible(case) if name not in SINCE] for possible in POSSIBLE],
            ]
        )
    return told


def _owed(one: Owed) -> list[object]:
    return [one.service, one.step, _exact(one.due_at), one.version, one.since]


def _state(case: Case) -> dict[str, object]:
    """What a case knows beside what its views show, each under a name of its own."""
    return {**_before_review(case), **_under_review(case), **_after_decision(case)}


def _before_review(case: Case) -> dict[str, object]:
    marks = {name: happened(case, name) for name in HAPPENED}
    return {
        "happened": {name: _mark(mark) for name, mark in marks.items()},
        "version": case.version,
        "subject": case.subject,
        "sealed_in": case.sealed_in,
        "contact": case.contact,
        "materials": _plain(case.materials),
        "fee": case.fee and [case.fee.amount_fen, _plain(case.fee.refund_on), _mark(case.fee.mark)],
        "payments": [
            [
                one.transaction,
                one.amount_fen,
                one.accounted,
                *map(_mark, (one.mark, one.refund_ordered, one.refunded)),
            ]
            for one in case.payments
        ],
        "failed_payments": case.failed_payments,
        "supplement": _plain(case.supplement.fact if case.supplement else None),
        "answered": _mark(case.supplement_provided),
        "lapsed": _mark(case.supplement_lapsed),
        "awaiting": _plain(case.awaiting.fact if case.awaiting else None),
        "acceptance": _plain(case.acceptance.fact if case.acceptance else None),
        "rejection": _plain(case.non_acceptance.fact if case.non_acceptance else None),
        "ends_of_case": [
            _mark(mark) for mark in (case.not_accepted, case.withdrawn, case.refused, case.closed)
        ],
        "outcome": case.outcome,
    }


def _under_review(case: Case) -> dict[str, object]:
    return {
        "officer": [case.officer, _mark(case.assigned)],
        "started": {step: _mark(mark) for step, mark in case.started.items()},
        "steps": {
            step: [done.outcome, done.officer, _mark(done.mark)]
            for step, done in case.steps.items()
        },
        "retry": case.retry,
        "limits": _plain(case.due),
        "limits_at": {limit: _mark(mark) for limit, mark in case.limits_at.items()},
        "ends": case.ends,
        "paused": {cause: [one.limits, _mark(one.since)] for cause, one in case.paused.items()},
        "pauses": [[one.cause, _exact(one.start), _exact(one.end)] for one in case.pauses],
        "extended": case.extended,
        "restarts": [[one.limit, _exact(one.at), one.rule] for one in case.restarts],
        "approaching": case.approaching,
        "missed": case.missed,
    }


def _after_decision(case: Case) -> dict[str, object]:
    document, payout = case.document, case.payout
    return {
        "document": document
        and [
            document.id,
            document.scheme,
            document.number,
            document.attempt,
            document.grant,
            document.due_at and _exact(document.due_at),
            *map(
                _mark,
                (
                    document.ordered,
                    document.produced,
                    document.failed,
                    document.faulty,
                    document.dispatched,
                    document.ready,
                    document.returned,
                    document.handed_over,
                    document.unclaimed,
                    document.destroyed,
                ),
            ),
        ],
        "destroyed_after": _plain(destroy_after(case)),
        "recorded": {stage: _mark(mark) for stage, mark in case.recorded.items()},
        "written": case.written,
        "handed_over": _mark(case.handed_over),
        "payout": payout
        and [
            payout.attempt,
            _exact(payout.due_at),
            _plain(payout.day),
            payout.provisional,
            payout.incomplete,
            *map(_mark, (payout.scheduled, payout.made, payout.failed)),
            payout.since and _exact(payout.since),
        ],
        "reminded": {step: [one.since, _mark(one.mark)] for step, one in case.reminded.items()},
        "corrections": _plain(case.corrections),
        "moves": [[_plain(one.fact), _mark(one.mark)] for one in case.moves],
        "stages": _plain(case.stages),
    }


def _progress(progress: Progress) -> dict[str, object]:
    """What a query answers, and what the stored document is found by.

    The standing of a paper is told since; what it was before is in `valid` and in `_document`. The
    venue is stored since; it follows from the item and the office, which both are here.
    """
    stored = {"_id": progress.case.id, "versions": versions(progress)}
    found_by = {k: v for k, v in VIEW.document_of(progress).items() if k != "venue"}
    told = progress_view(progress)
    papers = [{k: v for k, v in one.items() if k != "standing"} for one in told["documents"]]
    return {
        "view": {**told, "documents": papers},
        "stored": {**stored, **found_by},
        "status": present_status(progress),
        "versions": versions(progress),
    }


def _notices(notices: Notices) -> dict[str, object]:
    return {
        "version": notices.version,
        "messages": {
            name: [
                _plain(one.queued),
                one.status,
                one.attempts,
                one.retry_at and _exact(one.retry_at),
                _mark(one.mark),
                one.settled,
            ]
            for name, one in notices.notices.items()
        },
        "reminded": {step: [one.since, _mark(one.mark)] for step, one in notices.reminded.items()},
        "owed": [_owed(one) for one in owed_notices(notices)],
    }


def _document(document: IssuedDocument) -> dict[str, object]:
    return {
        "id": document.id,
        "version": document.version,
        "numbered": [_plain(document.numbered), _mark(document.numbered_at)],
        "voided": _plain(document.voided),
        "renewal": _mark(document.renewal_opened),
        "expired": _mark(document.expired),
        "valid": document.valid,
        "owed": [_owed(one) for one in owed_document(document)],
    }


def _timers(case: Case, notices: Notices, documents: Iterable[IssuedDocument]) -> list[object]:
    """The timers that are owed when all is followed: service, stream, step, version and time."""
    by_stream: list[tuple[str, Iterable[Owed]]] = [
        (case_stream(case.id), [one for name in SERVICES for one in owed_of(case, name)]),
        (notice_stream(case.id), owed_notices(notices)),
        *((f"document/{one.id}", owed_document(one)) for one in documents),
    ]
    return [[stream, *_owed(one)] for stream, steps in by_stream for one in steps]


def _words(streams: Sequence[str], log: KeptLog, telling: Telling) -> dict[str, object]:
    """The words about each event that an applicant is told of; no name and no number is in them."""
    found: dict[str, object] = {}
    for stream in streams:
        for event in log.events(stream):
            fact = decode(event).fact
            wording = NOTICES.get(type(fact))
            if wording is not None and wording.told(fact):
                words = telling.words(f"{stream}/{event.version}")
                found[f"{stream}/{event.version}"] = [
                    wording.template,
                    words.subject,
                    words.zh,
                    words.en,
                ]
    return found


# ---- the log as a whole


def _documents_of_cases(log: KeptLog) -> Mapping[str, list[str]]:
    """The streams of the numbered papers of each case."""
    found: dict[str, list[str]] = {}
    for stream, commits in log.streams.items():
        if stream.startswith("document/"):
            case = VIEW.place_of(stream, commits[0].events[0].data)
            found.setdefault(str(case), []).append(stream)
    return found


def _lane(lane: int, commits: Sequence[Commit]) -> dict[str, object]:
    """Every record as its readers get it, key, value and headers but the sequencer's signature."""
    feed = hashlib.sha256()
    for position, commit in enumerate(commits, start=1):
        values = event_values(commit)
        for record in records_of(commit, lane=lane, position=position, values=values):
            key, value, headers = to_kafka(record)
            for part in (key, value, *(b"%b=%b" % (k.encode(), v) for k, v in headers)):
                feed.update(len(part).to_bytes(4, "big") + part)
    return {"commits": len(commits), "feed": feed.hexdigest()}


def _counted(log: KeptLog) -> dict[str, int]:
    """How many events there are of each type."""
    found: dict[str, int] = {}
    for commits in log.lanes:
        for commit in commits:
            for event in commit.events:
                found[event.type] = found.get(event.type, 0) + 1
    return dict(sorted(found.items()))


def _mark(mark: Any) -> list[object] | None:
    """Version and time of when something happened."""
    return None if mark is None else [mark.version, _exact(mark.at)]


def _exact(moment: datetime) -> str:
    """A time to the microsecond, as a text that `digest` does not round."""
    return f"at {moment.timestamp():.6f}"


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)
