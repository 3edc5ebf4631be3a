"""The whole path of a case over a real log: all four services' reactions, delivered by hand.

No Kafka and no sequencer process: commits are put into the ledger in their order, and each event
is given to every handler that wants it, as often as a test likes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

from deploy.processes.notify_web import build as build_notify
from services.feed.api import FeedDesk
from services.intake.application.repeated import OpenApplications
from services.intake.money.gateway import FileGateway
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.numbered import NumberedCases, kept_numbered
from services.intake.worker import casework as intake_casework
from services.issuance.numbers.numbering import Numbering, numbering_handlers
from services.issuance.numbers.store import Numbers
from services.issuance.papers.drawn.drawing import Drawing
from services.issuance.papers.drawn.fonts import Fonts
from services.issuance.papers.making import Workshop
from services.issuance.papers.orders import PaperOrders
from services.issuance.papers.signed.signing import PdfSigner
from services.issuance.room import Issuance
from services.issuance.topics import ISSUANCE
from services.issuance.wsgi import build as build_issuance
from services.notify.channels.message import Provider
from services.notify.channels.sms.file import FileTextMessages
from services.notify.decisions import Tries
from services.notify.sending import Sender, handlers_of
from services.notify.telling import Telling
from services.progress.standing.view import VIEW
from services.review.worker import casework as review_casework
from shared.case import Rules
from shared.case.facts.parts import CHANNELS, Channel
from shared.casework.worker import reacting
from shared.config import Databases
from shared.eventlog import event_values, sha256
from shared.eventlog.codec import decode_commit
from shared.messaging.consumer.received import Handler, Received, decode
from shared.messaging.stores.marks import Marks
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from shared.projection.serving import Reads
from shared.relay.ledger.ledger import Ledger, Row
from tests.support.casework_world import Client, World
from tests.support.given import rules as packaged_rules

LANES = 4


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Path4:
    """One installation with all four services; `providers` take the messages."""

    databases: Databases
    home: Path
    providers: dict[Channel, Provider] = field(default_factory=dict)
    tries: Tries = field(default_factory=Tries)
    rules: Rules = field(default_factory=packaged_rules)
    world: World = field(init=False)
    delivered: dict[int, int] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        self.world = World(self.databases, self.home, rules=self.rules)
        self.ledger = Ledger(self.databases.log, self.world.log("notify").door)
        self.ledger.ensure_indexes()
        self.numbers = Numbers(self.databases.log)
        self.numbers.ensure_indexes()
        self.orders = PaperOrders(self.databases.work)
        self.fonts = Fonts(self.world.settings.fonts_dir)
        self.sms = self.home / "outbox" / "sms.jsonl"
        for channel in CHANNELS:
            self.providers.setdefault(channel, FileTextMessages(self.sms))
        issuance, notify = self.world.log("issuance"), self.world.log("notify")
        self.numbering = Numbering(
            self.numbers,
            issuance,
            self.world.rules,
            document_key=self.world.secrets.case_id_keys[-1],
        )
        self.sender = Sender(
            notify,
            self.world.opened.vault,
            Telling(notify, self.world.rules),
            self.providers,
            installation="caseledger.test",
            tries=self.tries,
        )
        gateway = FileGateway(self.home / "outbox" / "refunds.jsonl")
        self.services: dict[str, Any] = {
            "intake": intake_casework(
                self.world.log("intake"),
                self.world.rules,
                gateway,
                UnplacedPayments(self.databases.work),
                OpenApplications(self.databases.work),
                lists=(kept_numbered(NumberedCases(self.databases.work)),),
            ).handlers,
            "review": review_casework(self.world.log("review"), self.world.rules).handlers,
            "numbering": numbering_handlers(self.numbering),
            "issuance": reacting(
                ISSUANCE.reactions,
                service="issuance",
                log=issuance,
                decide=ISSUANCE.deciding(self.world.rules),
            ),
            "notify": handlers_of(self.sender),
        }

    # ---- delivering

    def sequence(self) -> None:
        """Put what is new in the log into the ledger, each stream in order."""
        for lane in range(LANES):
            head = self.ledger.head(lane)
            found = self.databases.log["commits"].find({"lane": lane}).sort("_id", 1).skip(head)
            for document in list(found):
                commit = decode_commit(document)
                head += 1
                values = event_values(commit)
                self.ledger.insert(
                    [
                        Row(
                            lane=lane,
                            position=head,
                            stream=commit.stream,
                            first_version=commit.first_version,
                            last_version=commit.last_version,
                            leaf=commit.leaf,
                            events=tuple(sha256(value) for value in values),
                            sequenced_at=utc_now(),
                        )
                    ]
                )
            self.ledger.raise_head(lane, head)

    def new(self) -> list[Received]:
        """What the ledger has and was not delivered yet."""
        self.sequence()
        come: list[Received] = []
        for lane in range(LANES):
            for r in self.ledger.records(lane, self.delivered.get(lane, 0), 1000):
                come.append(
                    decode(r.value, lane=lane, position=r.position, index=r.index, count=r.count)
                )
                self.delivered[lane] = r.position
        return come

    def settle(self, *, times: int = 1, without: Sequence[str] = ()) -> None:
        """Deliver to every service until nothing new comes of it, each event `times` times."""
        while come := self.new():
            for received in come * times:
                for name, handlers in self.services.items():
                    wanted: Sequence[Handler] = handlers.get(received.event.type, ())
                    for handler in () if name in without else wanted:
                        handler(received)

    # ---- the web

    def app(self, service: str) -> Flask:
        """The web app of one service."""
        if service == "issuance":
            room = Issuance(
                log=self.world.log("issuance"),
                vault=self.world.opened.vault,
                numbers=self.numbers,
                blobs=self.world.opened.blobs,
                orders=self.orders,
                fonts=self.fonts,
                paper_keys=self.world.secrets.paper_keys,
                source=self.world.rules,
                now=lambda: self.now() + self.world.ahead,
                sequenced=partial(self.ledger.stream, lanes=LANES),
            )
            return build_issuance(room, self.world.deps("issuance"))
        if service == "notify":
            reads = Reads(self.world.log("notify"), self.databases.views, self.world.rules)
            following = FeedDesk(self.ledger, lambda: LANES)
            return build_notify(reads, following, self.world.deps("notify"))
        return self.world.intake() if service == "intake" else self.world.review()

    def client(self, service: str) -> Client:
        """Requests to one service."""
        return Client(self.world, self.app(service))

    def workshop(self) -> Workshop:
        """What makes the papers that are on the list."""
        return Workshop(
            log=self.world.log("issuance"),
            vault=self.world.opened.vault,
            blobs=self.world.opened.blobs,
            numbers=self.numbers,
            orders=self.orders,
            rules=self.world.rules,
            drawing=Drawing(self.fonts),
            signer=PdfSigner(self.world.secrets.folder),
            statement_key=self.world.secrets.statement_key(),
            address="https://caseledger.test/verify",
            now=self.now,
        )

    def parts(self, *, page: int = 7) -> Parts:
        """What a rebuild works on; a first generation is in the present format, as in a process."""
        Generations(VIEW, self.databases.views).claim_first(utc_now())
        return Parts(
            view=VIEW,
            events=self.world.log("notify"),
            ledger=self.ledger,
            marks=Marks(self.databases.work),
            views=self.databases.views,
            lanes=LANES,
            now=utc_now,
            page=page,
        )

    # ---- the steps of a case

    def submitted(self, *, complete: bool = True) -> str:
        """A case of the applicant; its reactions are done."""
        intake = self.client("intake")
        body = intake.application(complete=complete)
        case: str = intake.post("/v1/cases", body).json["case"]
        self.settle()
        return case

    def paid(self, case: str) -> None:
        """The gateway says that the fee came."""
        told = {
            "kind": "payment",
            "case": case,
            "transaction": f"t-{case}",
            "amount": "40.00",
            "method": "alipay",
        }
        assert self.client("intake").callback(told).status_code == 200
        self.settle()

    def decided(self, case: str, *, met: bool = True) -> None:
        """An officer takes the case and proposes; a second one decides."""
        review = self.client("review")
        codes = ("lost-fingerprinted-card", "household-unchanged")
        findings = [{"criterion": code, "met": met or n == 0} for n, code in enumerate(codes)]
        wanted = {"proposal": "approve" if met else "refuse", "findings": findings}
        end: tuple[str, dict[str, Any]] = ("approval", {})
        if not met:
            end = ("refusal", {"reasons": ["household-unchanged"]})
        for path, body in (("assignment", {}), ("proposal", wanted), end):
            who = "officer-2" if (path, body) == end else "officer"
            done = review.post(f"/v1/reviews/{case}/{path}", body, user=who)
            assert done.status_code == 200, done.json
        self.settle()

    def issued(self, case: str) -> None:
        """The producer makes, sends and delivers the card."""
        for path, body in (
            ("production", {"outcome": "produced"}),
            ("dispatch", {"carrier": "EMS", "tracking": "EM123456789CN"}),
            ("handover", {"outcome": "delivered", "to": "applicant"}),
        ):
            self.produce(case, path, body)

    def produce(self, case: str, path: str, body: dict[str, Any], **headers: str) -> Any:
        """One command of the producer; its reactions are done."""
        done = self.client("issuance").post(
            f"/v1/issuance/{case}/{path}", body, user="producer", **headers
        )
        assert done.status_code == 200, done.json
        self.settle()
        return done

    def progress(self, case: str, user: str = "applicant") -> Any:
        """Where the case stands."""
        return self.client("notify").get(f"/v1/progress/{case}", user=user).json
