"""A person is erased, and every store of the system is looked into (docs/data-classes.md)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from deploy.published.personal.data_classes_page import page
from services.portal.applying.drafts import DraftOwner, Drafts
from services.portal.session.store import Sessions, Ticket
from shared.config import Databases
from shared.eventlog import Actor, sealed_fields
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.vault import Erased
from shared.vault.stores import STORES
from tests.support.path_world import Path4
from tests.support.reading_canaries import CANARIES, Asked

pytestmark = pytest.mark.mongo
READER = Actor(kind="auditor", ref="staff-test")
OPERATOR = Actor(kind="operator", ref="staff-operator", reason="request")


@dataclass
class Gone:
    """A refused case whose person is erased."""

    asked: Asked
    subject: str

    @property
    def databases(self) -> Databases:
        return self.asked.path.databases

    def database(self, name: str) -> Database[dict[str, Any]]:
        """One of ours, or that of the portal."""
        if name == "portal":
            return portal_of(self.databases)
        found: Database[dict[str, Any]] = getattr(self.databases, name)
        return found

    def rows(self, database: str, collection: str) -> list[dict[str, Any]]:
        return list(self.database(database)[collection].find())


def portal_of(databases: Databases) -> Database[dict[str, Any]]:
    return databases.log.client[f"{databases.log.name}_portal"]


def collections(databases: Databases) -> list[str]:
    """Every collection that there is, as the table of stores writes it."""
    names = ("log", "work", "views", "vault")
    return sorted(
        f"{name}.{one}"
        for name in names
        for one in getattr(databases, name).list_collection_names()
        if not one.startswith("system.")
    )


def type_on_pages(asked: Asked) -> None:
    """What the person typed on the pages: in the session, and in a draft."""
    now, database = datetime.now(UTC), portal_of(asked.path.databases)
    Sessions.at(database).save(Ticket.draw(), {"typed": dict(CANARIES)}, now=now)
    drafts, owner = Drafts.at(database, bytes(32)), owner_of_drafts(asked)
    draft = drafts.begin(owner, "000-01", now=now)
    draft.type_in(CANARIES, {name: (value,) for name, value in CANARIES.items()})
    drafts.save(owner, draft, now=now)
    found = drafts.load(owner, "000-01", now=now)
    assert found is not None
    assert found.typed["name"] == (CANARIES["name"],), "it opens before the erasure"


def owner_of_drafts(asked: Asked) -> DraftOwner:
    """The person as the portal knows them, with the secret that the API tells it now."""
    told = asked.client("intake").post("/v1/drafts", {"uploads": []})
    assert told.status_code == 200, told.json
    return DraftOwner("person-1", bytes.fromhex(told.json["secret"]))


@pytest.fixture
def gone(databases: Databases, tmp_path: Path) -> Iterator[Gone]:
    yield made_gone(databases, tmp_path)
    databases.log.client.drop_database(portal_of(databases).name)


def made_gone(databases: Databases, tmp_path: Path) -> Gone:
    asked = Asked(Path4(databases, tmp_path))
    asked.submit()
    type_on_pages(asked)
    asked.path.paid(asked.case)
    asked.at_desk("assignment", {})
    asked.decide(met=False)
    refund = {"kind": "refund", "transaction": "r-1", "amount": "40.00"}
    told = {**refund, "case": asked.case, "payment": f"t-{asked.case}"}
    assert asked.client("intake").callback(told).status_code == 200
    asked.path.settle()
    catch_up(asked.path.parts(), Generations(asked.path.parts().view, databases.views).live() or 1)
    assert asked.application("intake", "applicant").json["applicant"]["name"] == CANARIES["name"]
    log = asked.path.world.log("intake")
    subject: str = log.load(f"case/{asked.case}").events[0].data["subject"]
    erasures = asked.path.world.opened.erasures
    erasures.order(subject, actor=OPERATOR, case_open=lambda _case: False)
    return Gone(asked, subject)


def nothing_opens(gone: Gone) -> None:
    vault, log = gone.asked.path.world.opened.vault, gone.asked.path.world.log("intake")
    sealed = [
        (commit, *place.partition("/")[::2])
        for commit in log.load(f"case/{gone.asked.case}")
        for place in sealed_fields(commit)
    ]
    assert {field for _, _, field in sealed} >= {"name", "id_number", "note", "explanation"}
    for commit, version, field in sealed:
        with pytest.raises(Erased):
            vault.reveal(commit, int(version), field, reader=READER, why="test")


def no_upload_opens(gone: Gone) -> None:
    rows = gone.rows("log", "blobs.files")
    assert rows
    for row in rows:
        with pytest.raises(Erased):
            gone.asked.path.world.opened.blobs.read(row["filename"], reader=READER, why="test")


def keys_are_destroyed(gone: Gone) -> None:
    rows = [row for row in gone.rows("vault", "keys") if row["owner"] == gone.subject]
    kinds = {row["_id"].partition("/")[0] for row in rows}
    assert kinds == {"subject", "case", "blob", "drafts"}
    assert {row["state"] for row in rows} == {"destroyed"}
    assert not [row for row in rows if "wrapped" in row]


def nobody_is_mapped(gone: Gone) -> None:
    assert [row for row in gone.rows("vault", "subjects") if row["ref"] == gone.subject] == []


def readings_say_no_value(gone: Gone) -> None:
    rows = gone.rows("log", "access")
    assert rows
    assert {"identity", "contact"} <= {one for row in rows for one in row["classes"]}
    assert no_canary(str(rows))


def erasure_is_listed(gone: Gone) -> None:
    assert [row["_id"] for row in gone.rows("vault", "erasures")] == [gone.subject]
    text = gone.asked.path.world.settings.erasure_list.read_text("ascii")
    assert gone.subject in text
    assert no_canary(text)


def no_canary(text: str) -> bool:
    return not [value for value in CANARIES.values() if value in text]


def topic_says_nothing(gone: Gone) -> None:
    ledger = gone.asked.path.ledger
    values = [record.value for lane in range(4) for record in ledger.records(lane, 0, 1000)]
    assert values
    assert no_canary(b"".join(values).decode())


def pages_say_nothing(gone: Gone) -> None:
    for name in ("sessions", "drafts"):
        rows = gone.rows("portal", name)
        assert rows
        assert no_canary(str(rows))


def no_draft_opens(gone: Gone) -> None:
    """With the portal's key, and with all that the API tells the same account from now on."""
    pages_say_nothing(gone)
    with pytest.raises(Erased):
        gone.asked.path.world.opened.vault.draft_secret(gone.subject)
    drafts, now = Drafts.at(gone.database("portal"), bytes(32)), datetime.now(UTC)
    for owner in (DraftOwner("person-1", b""), owner_of_drafts(gone.asked)):
        assert drafts.of(owner, now=now) == []


def only_sent_messages(gone: Gone) -> None:
    folder = gone.asked.path.home / "outbox"
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    kept = {name for name, value in CANARIES.items() if value in text}
    assert kept <= {"email", "phone"}, "where a message went, and nothing else"


LOOKS: Mapping[str, Callable[[Gone], None]] = {
    "log.commits": nothing_opens,
    "log.blobs.files": no_upload_opens,
    "log.blobs.chunks": no_upload_opens,
    "log.access": readings_say_no_value,
    "vault.keys": keys_are_destroyed,
    "vault.subjects": nobody_is_mapped,
    "vault.erasures": erasure_is_listed,
    "portal.sessions": pages_say_nothing,
    "portal.drafts": no_draft_opens,
    "topic": topic_says_nothing,
    "file: CASELEDGER_ERASURE_LIST": erasure_is_listed,
    "file: CASELEDGER_OUTBOX_DIR": only_sent_messages,
}


def has_no_canary(gone: Gone, place: str) -> None:
    """What is plain in a store says nothing of the person but the reference."""
    database, _, pattern = place.partition(".")
    names = gone.database(database).list_collection_names()
    for name in names:
        if fnmatchcase(name, pattern):
            assert no_canary(str(gone.rows(database, name))), place


def test_a_person_is_erased_and_each_store_is_looked_into(gone: Gone) -> None:
    unknown = [
        name
        for name in collections(gone.databases)
        if not any(fnmatchcase(name, one.place) for one in STORES)
    ]
    assert unknown == [], "a store of the system without a row in shared/vault/stores.py"
    for store in STORES:
        if "." in store.place and ":" not in store.place:
            has_no_canary(gone, store.place)
        if look := LOOKS.get(store.place):
            look(gone)
        else:
            of_no_person = ("log.", "work.", "views.", "vault.installation")
            assert store.place.startswith(of_no_person), store.place
    for service, user, status in (("intake", "applicant", 404), ("review", "officer", 410)):
        told = gone.asked.application(service, user)
        assert told.status_code == status, told.json
        assert no_canary(told.get_data(as_text=True))


def test_the_page_has_every_store() -> None:
    assert all(f"| {one.place} |" in page() for one in STORES)
