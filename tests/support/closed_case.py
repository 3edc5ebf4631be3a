"""A case that the services themselves carried to its end, for those who look at its log later."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.cli.session import Session
from shared.case.streams import case_stream, document_stream, notice_stream
from shared.config import Databases, Settings, connect
from shared.projection.building import catch_up
from shared.vault import subject_stream
from tests.support.path_world import Path4


@dataclass
class Closed:
    """A case at its end, with its document, its messages and its person."""

    path: Path4
    case: str
    document: str
    subject: str
    paper: str
    streams: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.streams = {
            "case": case_stream(self.case),
            "document": document_stream(self.document),
            "notice": notice_stream(self.case),
            "subject": subject_stream(self.subject),
            "new document": document_stream("f" * 32),
        }

    @property
    def session(self) -> Session:
        world = self.path.world
        return Session(world.settings, world.secrets, world.databases)


@contextmanager
def closed_case(mongo_uri: str, folder: Path) -> Iterator[Closed]:
    """Carry one case to its end in databases of its own, which are dropped afterwards."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    environ = {"CASELEDGER_LOG_URI": mongo_uri, "CASELEDGER_DATABASE_PREFIX": prefix}
    databases = connect(Settings.from_env(environ), appname="tests")
    path = Path4(databases, folder)
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    path.issued(case)
    paper = _paper(path, case)
    catch_up(path.parts(), 1)
    progress = path.progress(case)
    yield Closed(path, case, progress["documents"][0]["document"], _subject(databases, case), paper)
    for database in (databases.log, databases.work, databases.views, databases.vault):
        database.client.drop_database(database.name)
    databases.close()


def _subject(databases: Databases, case: str) -> str:
    found = databases.log["commits"].find_one({"stream": case_stream(case), "first_version": 1})
    assert found is not None
    return str(json.loads(found["body"])["events"][0]["data"]["subject"])


def _paper(path: Path4, case: str) -> str:
    """The receipt of the case: signed, where there is a font for papers."""
    papers = path.client("issuance").get(f"/v1/issuance/{case}/papers", user="applicant").json
    path.workshop().tick()
    path.settle()
    found: str = papers["papers"][0]["paper"]
    return found
