"""What the caller of a request can do on a case now: the actions that answers and refusals name.

A rule of the domain says what is possible; the caller's duties, office and person say who may. Both
are asked here, so that nothing is offered that would be refused to this caller.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType

from shared.case import Case, IssuedDocument, Rules
from shared.casework.topics import Asking, Instead, Topics
from shared.eventlog.errors import Refused
from shared.http import meets_own_case, principal
from shared.security import Kind, in_scope, may_use, permissions_of
from shared.security.duties import DESK
from shared.security.principal import Role

# Actions that are no command of their own name: by which commands they are done.
COMMANDS_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {"step": frozenset({"step-start", "step-outcome"})}
)
# What the applicant does elsewhere: the payment is told by the gateway.
ELSEWHERE = frozenset({"payment"})
_APPLYING = frozenset({Role.APPLICANT, Role.PORTAL})


def offered(topics: Topics, case: Case, rules: Rules, now: datetime) -> list[str]:
    """The actions on a case that the caller may meet; empty where there is nothing for them."""
    commands, caller = _commands(topics.service, case), principal()
    asking = Asking(staff=caller.staff_id or "", duties=caller.duties, rules=rules, now=now)
    return [
        name
        for name in topics.offerable(case, asking)
        if not commands.isdisjoint(COMMANDS_OF.get(name, {name}))
    ]


def offered_on_document(topics: Topics, document: IssuedDocument, case: Case) -> list[str]:
    """The actions on a document of a case that the caller may meet."""
    commands = _commands(topics.service, case)
    return [
        name
        for name, holds in topics.document_actions.items()
        if name in commands and holds(document, case)
    ]


@contextmanager
def for_caller(topics: Topics, case: Case, rules: Rules, now: datetime) -> Iterator[None]:
    """What is refused within names of what is possible instead what the caller can do."""
    try:
        yield
    except Instead as refusal:
        theirs = offered(topics, case, rules, now)
        possible = refusal.actions or topics.possible(case)
        named = [name for name in possible if name in theirs and name not in refusal.without]
        refusal.actions = tuple(named)
        raise


@contextmanager
def for_caller_of_document(topics: Topics, document: IssuedDocument, case: Case) -> Iterator[None]:
    """What is refused within names what the caller can do with the document instead."""
    try:
        yield
    except Refused as refusal:
        refusal.actions = tuple(offered_on_document(topics, document, case))
        raise


def _commands(service: str, case: Case) -> frozenset[str]:
    """The last word of each command that the caller may send on this case."""
    caller, own = principal(), meets_own_case()
    found = set(ELSEWHERE) if own and caller.has(*_APPLYING) else set()
    for row in permissions_of(service):
        if row.kind is not Kind.COMMAND or not may_use(caller, row):
            continue
        at_desk = not row.roles & _APPLYING
        if at_desk and (own or caller.staff_id is None or not caller.roles & row.roles & DESK):
            continue
        if in_scope(caller, row, owner=own, department=case.department, venue=case.venue):
            found.add(row.rule.rpartition("/")[2])
    return frozenset(found)
