"""A second read model, as docs/how-to/add-a-read-model.md makes it: how often a case was asked.

It uses nothing but the `View` protocol; the tests run the whole machinery over it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.eventlog import Event
from shared.projection.view import Document, View


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One case: whose it is, and how often something was missing."""

    department: str = ""
    supplements: int = 0


class AskedView(View[Asked]):
    """By department, with the most asked first."""

    name = "asked"
    format = 1
    state = Asked
    indexes: Mapping[str, tuple[str, ...]] = {"department": ("department", "supplements")}

    def place_of(self, stream: str, data: Mapping[str, Any]) -> str | None:
        del data
        kind, _, case = stream.partition("/")
        return case if kind == "case" else None

    def nothing(self, key: str) -> Asked:
        del key
        return Asked()

    def advance(self, state: Asked, stream: str, event: Event) -> Asked:
        del stream
        if event.type == "intake.CaseSubmitted":
            return replace(state, department=event.data["department"])
        if event.type == "intake.SupplementRequested":
            return replace(state, supplements=state.supplements + 1)
        return state

    def document_of(self, state: Asked) -> Document:
        return {"department": state.department, "supplements": state.supplements}


class AskedMore(msgspec.Struct, frozen=True, kw_only=True):
    """The same in its next layout."""

    department: str
    supplements: int
    seen: int


class NextAskedView(View[AskedMore]):
    """The toy in its next format: its states do not decode as the former's."""

    name = "asked"
    format = 2
    state = AskedMore
    indexes = AskedView.indexes

    def place_of(self, stream: str, data: Mapping[str, Any]) -> str | None:
        return AskedView().place_of(stream, data)

    def nothing(self, key: str) -> AskedMore:
        del key
        return AskedMore(department="", supplements=0, seen=0)

    def advance(self, state: AskedMore, stream: str, event: Event) -> AskedMore:
        was = Asked(department=state.department, supplements=state.supplements)
        now = AskedView().advance(was, stream, event)
        return AskedMore(
            department=now.department, supplements=now.supplements, seen=state.seen + 1
        )

    def document_of(self, state: AskedMore) -> Document:
        return {"department": state.department, "supplements": state.supplements}
