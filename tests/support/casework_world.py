"""Web apps of intake and review over a real log, with the local issuer's tokens and no Kafka."""

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image

from deploy.demo import people
from deploy.processes.review_web import said
from services.intake.application.repeated import OpenApplications
from services.intake.money.messages import CallbackIds
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.asking import AskingByNumber
from services.intake.room import Intake
from services.intake.wsgi import build as build_intake
from services.review.desk.draft_store import DraftStore
from services.review.room import Review
from services.review.wsgi import build as build_review
from shared.case import Rules
from shared.casework.holdings import Holdings
from shared.casework.numbering import CaseNumbers
from shared.config import Databases, Secrets, Settings
from shared.config.secrets import create_missing
from shared.eventlog import EventLog
from shared.eventlog import prepare as prepare_log
from shared.eventlog.opening import open_log
from shared.http import open_deps
from shared.jurisdiction import packaged_jurisdiction
from shared.security import sign_callback
from shared.security.local_issuer import LocalIssuer
from shared.vault import OpenVault, open_vault
from shared.vault import prepare as prepare_vault
from shared.vault.unnamed import UnnamedUploads
from tests.support.given import rules
from tests.support.made_up import vouching

APPLICANT = {
    "name": "阿依古丽",
    "id_number": "650102199001011239",
    "email": "applicant@example.org",
    "phone": "13900001111",
}


# Users whose sign-in vouches for whoever the body names; the others vouch for who they are.
ACCOUNTS = frozenset({"applicant", "portal", "neighbour"})


def picture(colour: str = "white") -> bytes:
    """A small PNG, as an upload."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


def pixels(content: bytes) -> bytes:
    """What a picture shows, whatever file it is in: the desk has one that was made anew."""
    with Image.open(io.BytesIO(content)) as seen:
        return seen.tobytes()


@dataclass
class World:
    """One installation: its log, its vault, its issuer, its apps."""

    databases: Databases
    home: Path
    settings: Settings = field(init=False)
    secrets: Secrets = field(init=False)
    issuer: LocalIssuer = field(init=False)
    opened: OpenVault = field(init=False)
    rules: Rules = field(default_factory=rules)
    ahead: timedelta = timedelta()  # of the clocks of the web apps

    def __post_init__(self) -> None:
        create_missing(self.home / "secrets")
        self.settings = Settings.from_env(
            {
                "CASELEDGER_HOME": str(self.home),
                "CASELEDGER_SERVICE": "intake",
                "CASELEDGER_MODE": "embedded",
            }
        )
        self.secrets = Secrets.load(self.home / "secrets")
        self.issuer = LocalIssuer(
            self.home / "secrets", issuer=self.settings.issuer, audience=self.settings.audience
        )
        self.issuer.create()
        prepare_log(self.databases.log)
        prepare_vault(self.databases)
        self.opened = open_vault(self.settings, self.secrets, self.databases)

    def log(self, writer: str) -> EventLog:
        """The log as one service writes it."""
        return open_log(
            self.settings, self.secrets, self.databases, writer=writer, sealer=self.opened.vault
        )

    def intake(self, *, pay_url: str = "") -> Flask:
        """Intake's web app. `pay_url`: the address of the payment gateway's pages."""
        room = Intake(
            log=self.log("intake"),
            vault=self.opened.vault,
            blobs=self.opened.blobs,
            unnamed=UnnamedUploads(self.databases.work),
            callbacks=CallbackIds(self.databases.work),
            unplaced=UnplacedPayments(self.databases.work),
            applications=OpenApplications(self.databases.work),
            asking=AskingByNumber.over(self.databases.work),
            source=self.rules,
            case_id_keys=tuple(self.secrets.case_id_keys),
            numbers=CaseNumbers(self.databases.log),
            regions=packaged_jurisdiction().sources,
            now=lambda: datetime.now(UTC) + self.ahead,
            pay_url=pay_url,
        )
        return build_intake(room, self.deps("intake"))

    def review(self) -> Flask:
        """Review's web app."""
        log = self.log("review")
        room = Review(
            log=log,
            vault=self.opened.vault,
            blobs=self.opened.blobs,
            unnamed=UnnamedUploads(self.databases.work),
            holdings=Holdings(self.databases.log, log),
            drafts=DraftStore(self.databases.work),
            source=self.rules,
            say=said,
            now=lambda: datetime.now(UTC) + self.ahead,
        )
        return build_review(room, self.deps("review"))

    def deps(self, service: str) -> Any:
        """What the furniture of a service needs."""
        settings = Settings.from_env(
            {
                "CASELEDGER_HOME": str(self.home),
                "CASELEDGER_SERVICE": service,
                "CASELEDGER_MODE": "embedded",
            }
        )
        known = self.opened.vault.subjects
        return open_deps(
            settings,
            self.secrets,
            self.databases,
            find_subject=known.find,
            find_organisation=known.organisation,
            find_identity=known.by_identity,
        )

    def headers(
        self, user: str, *, department: str = "", body: Any = None, **more: str
    ) -> dict[str, str]:
        """A token of a local user, a fresh key, and what else is given.

        `department`: an office of the jurisdiction, or a department as older tokens name it.
        `body`: an application, for whose maker the sign-in of an account vouches.
        """
        claims = posted(department) if department else {}
        if user in ACCOUNTS:
            claims |= vouching(body)
        return {
            "Authorization": f"Bearer {self.issuer.issue(user, **claims)}",
            "Idempotency-Key": uuid.uuid4().hex,
            **more,
        }


def posted(department: str) -> dict[str, Any]:
    """The claims of somebody at another office; of a department that is none: without a post."""
    office = packaged_jurisdiction().offices.get(department)
    if office is not None:
        return {"authority": office.authority, "office": department}
    gone = dict.fromkeys(("authority", "office", "duties"))
    return {**gone, "department": department}


@dataclass
class Client:
    """Requests of local users to one app; remembers the version it saw of each case."""

    world: World
    app: Flask
    versions: dict[str, int] = field(default_factory=dict)

    def get(self, path: str, user: str = "applicant", *, department: str = "") -> Any:
        """A reading."""
        headers = self.world.headers(user, department=department)
        return self.app.test_client().get(path, headers=headers)

    def post(
        self, path: str, body: Any, user: str = "applicant", *, department: str = "", **headers: str
    ) -> Any:
        """A command; `If-Match: *` unless a version is given."""
        given = self.world.headers(
            user, department=department, body=body, **{"If-Match": "*", **headers}
        )
        return self.app.test_client().post(path, json=body, headers=given)

    def upload(self, content: bytes | None = None, user: str = "applicant", **more: str) -> Any:
        """An upload."""
        return self.app.test_client().post(
            "/v1/uploads",
            data=content or picture(),
            content_type="image/png",
            headers=self.world.headers(user, **more),
        )

    def application(self, *, complete: bool = True, user: str = "applicant") -> dict[str, Any]:
        """An application for 000-01 by post, its material uploaded."""
        blob = self.upload(user=user).json["blob"] if complete else None
        materials = [{"code": "household-register", "blob": blob}] if blob else []
        return {
            "item": "000-01",
            "delivery": "post",
            "delivery_address": "乌鲁木齐市 1 号",
            "applicant": APPLICANT,
            "materials": materials,
            "declared": True,
            "facts": dict(people.FACTS),
        }

    def callback(
        self,
        body: Mapping[str, Any],
        *,
        key: bytes | None = None,
        message_id: str = "",
        path: str = "/v1/payments/callbacks",
    ) -> Any:
        """What the gateway says, signed; under a new message id unless one is given."""
        raw = json.dumps(body).encode()
        signed = sign_callback(
            key or self.world.secrets.gateway_keys[0],
            message_id=message_id or uuid.uuid4().hex,
            timestamp_s=int(datetime.now(UTC).timestamp()),
            body=raw,
        )
        return self.app.test_client().post(
            path, data=raw, content_type="application/json", headers=signed
        )
