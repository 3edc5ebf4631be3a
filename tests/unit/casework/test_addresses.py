"""No address has a value of a person: what may stand in a path or a query is a list with reasons.

Addresses stand in the logs of every proxy on the way. A number, a name or a text of a person goes
into a body.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.http import document_of
from tests.unit.case.test_structure import SERVICES

IDS = "an id that is made at random, or a code of ours"
CODES = "a code of a list that is published"
PLACE = "where a list goes on, or how far"
IN_PATHS: Mapping[str, str] = {
    **dict.fromkeys(("blob", "case", "code", "document", "paper"), IDS),
    **dict.fromkeys(("item", "lane"), CODES),
}
IN_QUERIES: Mapping[str, str] = {
    **dict.fromkeys(("audience", "department", "item", "section", "source", "template"), CODES),
    **dict.fromkeys(("late", "list", "offered", "settled", "status"), CODES),
    **dict.fromkeys(("after", "limit", "as_of", "due_until", "min_version"), PLACE),
    "number": "the number of a case, which says nothing without the end of a document",
    "officer": "a staff id",
    "q": "what an item is searched by",
    "reason": "a code of the reasons to read",
    "sitting": "the handle of a sitting at a counter",
}


def parameters() -> Iterator[tuple[str, str]]:
    """Where each parameter of each route stands, and its name."""
    for service in SERVICES.values():
        document = document_of(service.web())
        for operations in document["paths"].values():
            known = document["components"].get("parameters", {})
            for one in _given(operations):
                found = known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                yield found["in"], found["name"]


def _given(operations: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parameters of an address, for all methods and for each."""
    for name, one in operations.items():
        yield from one if name == "parameters" else one.get("parameters", ())


def test_what_stands_in_an_address_is_on_the_list_and_nothing_else_is() -> None:
    found = set(parameters())
    assert {name for where, name in found if where == "path"} == set(IN_PATHS)
    assert {name for where, name in found if where == "query"} == set(IN_QUERIES)
