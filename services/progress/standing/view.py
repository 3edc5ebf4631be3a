"""The read model that says where a case stands: one document a case, from its three streams."""

from collections.abc import Mapping
from typing import Any

from services.progress.standing.fold import Progress, advance, digest, nothing, present_status
from shared.case.streams import case_stream, document_stream, notice_stream
from shared.eventlog import Event
from shared.projection.view import Document, View


class ProgressView(View[Progress]):
    """Its `format` is raised with every change of `Progress` or of a state within it."""

    name = "progress"
    format = 13
    state = Progress
    indexes: Mapping[str, tuple[str, ...]] = {
        "subject": ("subject", "_id"),
        "organisation": ("organisation", "_id"),
        "department": ("department", "_id"),
        "venue": ("department", "venue", "_id"),
        "department_status": ("department", "status", "_id"),
        "number": ("number",),
    }

    def place_of(self, stream: str, data: Mapping[str, Any]) -> str | None:
        """The case of a stream. Every event on `document/<id>` names its case."""
        kind, _, rest = stream.partition("/")
        if kind in {"case", "notice"}:
            return rest
        return str(data["case"]) if kind == "document" else None

    def nothing(self, key: str) -> Progress:
        """A case of which nothing was seen yet."""
        return nothing(key)

    def advance(self, state: Progress, stream: str, event: Event) -> Progress:
        """The progress after the next event of a stream."""
        return advance(state, stream, event)

    def document_of(self, state: Progress) -> Document:
        """What lists of cases filter by and show."""
        case = state.case
        return {
            "subject": case.subject,
            "organisation": case.organisation,
            "department": case.department,
            "venue": case.venue,
            "item": case.item,
            "number": case.number,
            "status": present_status(state) if case.exists else "",
        }

    def digest(self, state: Progress) -> str:
        """Equal exactly when the states are."""
        return digest(state)

    def guard_of(self, key: str, versions: Mapping[str, int]) -> Document:
        """`{case, notice, documents: {id: version}}`, as it has always been stored."""
        documents = {
            stream.partition("/")[2]: version
            for stream, version in versions.items()
            if stream.startswith("document/")
        }
        return {
            "case": versions.get(case_stream(key), 0),
            "notice": versions.get(notice_stream(key), 0),
            "documents": dict(sorted(documents.items())),
        }

    def versions_of(self, key: str, guard: Mapping[str, Any]) -> dict[str, int]:
        """The streams of a case with their versions."""
        return {
            case_stream(key): int(guard["case"]),
            notice_stream(key): int(guard["notice"]),
            **{document_stream(d): int(version) for d, version in guard["documents"].items()},
        }


VIEW = ProgressView()
