"""What one `POST /v1/cases` passes until its commit is stored: files, functions, forms.

`python -m bench.road` traces one real request in this process, from the WSGI call to the return of
the insert of its commit. A form is an object that holds the application itself (its item and
its uploads), and not only by another form. It is looked for among the arguments and the results of
our functions. The caller is known and the uploads are there; the thread that makes the case's key
is not traced. The script names no function of the code, so it counts any layout of it.
"""

import importlib
import importlib.util
import io
import json
import os
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from deploy.demo import people
from shared import eventlog, vault
from shared.config import connect, create_missing
from shared.config.settings import Settings
from shared.security.local_issuer import LocalIssuer

ROOT = Path(__file__).parents[1]
OURS = (f"{ROOT}/services/", f"{ROOT}/shared/")
LAST = (f"{ROOT}/shared/eventlog/store.py", "insert")
MATERIALS = ("application-form", "identity-proof", "loss-statement")
APPLICATION: Mapping[str, Any] = {
    "item": "002-22",
    "channel": "counter",
    "delivery": "on-the-spot",
    "applicant": {
        "name": people.APPLICANT["name"],  # for whom the token vouches
        "id_number": people.APPLICANT["id_number"],
        "email": "nobody@example.com",
    },
    "declared": True,
    "facts": {"licence-seized": False},
}
DEPTH = 8
COMPREHENSIONS = frozenset({"<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>"})


class Road:
    """What one request passes; `trace` is for `sys.setprofile`."""

    def __init__(self, marks: frozenset[str]) -> None:
        self._marks = marks
        self.calls: Counter[str] = Counter()
        self.files: set[str] = set()
        self.forms: dict[int, Any] = {}
        self.done = False

    def trace(self, frame: FrameType, event: str, value: Any) -> None:
        """One call or return of a Python function."""
        code = frame.f_code
        if self.done or event not in {"call", "return"} or not code.co_filename.startswith(OURS):
            return
        if code.co_name in COMPREHENSIONS:  # newer Pythons make no functions of them
            return
        if event == "call":
            file = code.co_filename.removeprefix(f"{ROOT}/")
            self.files.add(file)
            self.calls[f"{file}:{code.co_qualname}:{code.co_firstlineno}"] += 1
            for given in list(frame.f_locals.values()):
                self.look_at(given)
            return
        self.look_at(value)
        self.done = (code.co_filename, code.co_name) == LAST

    def look_at(self, value: Any) -> None:
        """Keep the forms that a value is or holds."""
        for form in _holders(value, self._marks, 0):
            self.forms.setdefault(id(form), form)

    def told(self) -> dict[str, Any]:
        """The counts, and what was called more than once."""
        kinds = Counter(type(form).__name__ for form in self.forms.values())
        return {
            "files": len(self.files),
            "functions": len(self.calls),
            "calls": sum(self.calls.values()),
            "forms": len(self.forms),
            "forms_by_type": dict(sorted(kinds.items())),
            "calls_by_function": dict(sorted(self.calls.items())),
        }


def _holders(value: Any, marks: frozenset[str], depth: int) -> Iterator[Any]:
    """The innermost objects that hold all marks."""
    if depth > DEPTH or _held(value, marks, depth) != marks:
        return
    inner = [form for one in _parts(value) for form in _holders(one, marks, depth + 1)]
    yield from inner or [value]


def _held(value: Any, marks: frozenset[str], depth: int) -> frozenset[str]:
    if type(value) is str:
        return frozenset(mark for mark in marks if mark in value)
    if issubclass(type(value), bytes):
        return frozenset(mark for mark in marks if mark.encode() in value)
    if depth > DEPTH:
        return frozenset()
    return frozenset[str]().union(*(_held(one, marks, depth + 1) for one in _parts(value)))


def _parts(value: Any) -> list[Any]:
    kind = type(value)  # never isinstance: a proxy of the framework would answer for another
    if issubclass(kind, type):
        return []
    if issubclass(kind, dict):
        return list(value.values())
    if issubclass(kind, (list, tuple)):
        return list(value)
    names: Iterable[str] = getattr(kind, "__struct_fields__", ())
    names = names or getattr(kind, "__dataclass_fields__", ())
    return [getattr(value, name, None) for name in names]


def _picture() -> bytes:
    from PIL import Image  # noqa: PLC0415

    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    return file.getvalue()


def measured(uri: str, folder: Path) -> dict[str, Any]:
    """Trace one request on an installation of its own, which is dropped afterwards."""
    environ = {
        "CASELEDGER_HOME": str(folder),
        "CASELEDGER_LOG_URI": uri,
        "CASELEDGER_DATABASE_PREFIX": f"road{uuid.uuid4().hex[:8]}",
        "CASELEDGER_MODE": "embedded",
        "CASELEDGER_LOG_LEVEL": "ERROR",
    }
    os.environ.update(environ)
    create_missing(folder / "secrets")
    issuer = LocalIssuer(folder / "secrets")
    issuer.create()
    databases = connect(Settings.from_env(environ))
    eventlog.prepare(databases.log)
    vault.prepare(databases)
    try:
        return _traced(issuer.issue("applicant", ttl_s=3600))
    finally:
        for database in (databases.log, databases.work, databases.views, databases.vault):
            database.client.drop_database(database.name)
        databases.close()


def _traced(token: str) -> dict[str, Any]:
    client = importlib.import_module("services.intake.wsgi").create().test_client()

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}

    def uploaded() -> str:
        sent = {"data": _picture(), "content_type": "image/png", "headers": headers()}
        blob: str = client.post("/v1/uploads", **sent).json["blob"]
        return blob

    def body() -> dict[str, Any]:
        materials = [{"code": code, "blob": uploaded()} for code in MATERIALS]
        return {**APPLICATION, "materials": materials}

    first = client.post("/v1/cases", json=body(), headers=headers())  # what is made once is made
    assert first.status_code == 201, first.json
    asked, given = body(), headers()
    road = Road(frozenset({asked["item"], *(one["blob"] for one in asked["materials"])}))
    sys.setprofile(road.trace)
    try:
        answer = client.post("/v1/cases", json=asked, headers=given)
    finally:
        sys.setprofile(None)
    assert answer.status_code == 201, answer.json
    assert road.done
    return road.told()


def main() -> int:
    """Print the counts as JSON."""
    moved = importlib.util.find_spec("tests.support") is not None
    servers = importlib.import_module("tests.support.servers" if moved else "tests.servers")
    with (
        tempfile.TemporaryDirectory(prefix="caseledger-road-") as folder,
        servers.mongo(servers.choose_mongo(os.environ), Path(folder)) as uri,
    ):
        print(json.dumps(measured(uri, Path(folder)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
