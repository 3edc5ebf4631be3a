"""The making of papers in the worker: drawn, signed, stored sealed, recorded; each of them once.

A crash in between leaves a stored file without its record: the repeat finds the file, whose bytes
stay, and records it.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import structlog

from services.issuance.numbers.store import Numbers
from services.issuance.papers.drawn.content import (
    HolderData,
    PaperContent,
    must_stand,
)
from services.issuance.papers.drawn.drawing import Drawing
from services.issuance.papers.drawn.kinds import content_of
from services.issuance.papers.finding import Named, key_ref_of, papers_named
from services.issuance.papers.orders import PaperOrder, PaperOrders
from services.issuance.papers.recording import SignPaper
from services.issuance.papers.sheets import sealed_fields_of
from services.issuance.papers.signed.codes import shown_code
from services.issuance.papers.signed.signing import PdfSigner
from services.issuance.papers.signed.statement import PaperStatement, masked, sign_statement
from services.issuance.topics import ISSUANCE
from shared.case import Case, RulesSource, case_stream, paper_stream
from shared.case.issuance.paper import PaperSigned
from shared.casework.log import case_of, drafts, signed_paper
from shared.catalogue import Item
from shared.catalogue.definition.asking import FactRule
from shared.clock import printed_day
from shared.config import Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, Draft, EventLog, Loaded, Sealed, sealed_fields
from shared.messaging.consumer.away import is_away
from shared.security.data_classes import ANSWERS
from shared.security.duties import Duty
from shared.vault import BlobRef, Blobs, Erased, ReadAs, SealedAt, Vault

MAKER = Actor(kind="system", ref="issuance")
PDF = "application/pdf"
WHY = "paper"
AT_ONCE = 10
_AS = ReadAs(duty=Duty.PRODUCE.value)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What papers are made with. `statement_key`: id and key; `sign`: the signature on a PDF."""

    log: EventLog
    vault: Vault
    blobs: Blobs
    numbers: Numbers
    orders: PaperOrders
    rules: RulesSource
    drawing: Drawing
    signer: PdfSigner
    statement_key: tuple[str, Any]
    address: str
    now: Callable[[], datetime] = utc_now

    def tick(self) -> None:
        """Make what is on the list. Without the font nothing is taken from it."""
        if not self.drawing.fonts.installed:
            return
        for order in self.orders.due(self.now(), most=AT_ONCE):
            try:
                self.make(order)
            except Erased:
                self.orders.done(order.paper)
            except Exception as error:
                if is_away(error):
                    raise
                # A paper that cannot be made must not stop the others, nor the timers beside them.
                self.orders.failed(order, now=self.now())
                _log.exception("paper_failed", case=order.case, tries=order.tries + 1)

    def make(self, order: PaperOrder) -> None:
        """Make one paper, or find that there is nothing to make, and take it off the list."""
        loaded = self.log.load(case_stream(order.case))
        case = case_of(loaded)
        named = papers_named(
            case,
            rules=self.rules.present,
            numbers=self.numbers,
            log=self.log,
            key_of=self.vault.keys.get,
        )
        wanted = next((one for one in named if one.id == order.paper), None)
        if wanted is not None:
            self._made(wanted, case, loaded)
        self.orders.done(order.paper)

    def _made(self, paper: Named, case: Case, loaded: Loaded) -> None:
        stream = paper_stream(paper.id)
        if signed_paper(self.log.load(stream)).signed is not None:
            return
        present = self.rules.present
        item = present.item_of(case)
        opened = self._opened(paper, case, loaded, item)
        stated = paper.sheet.stated(case, item, present.office_called(case))
        content = content_of(paper.sheet.kind, stated, opened)
        must_stand(stated, content, opened)
        holder = opened.name if case.organisation else masked(opened.name)
        blob = f"paper-{paper.id}"
        known = self.blobs.find(blob).get(blob)
        file = known or self._stored(blob, paper, case, content, holder)
        now = self.now()
        wanted = self._signed(paper, case, content, file)
        sealed = {PaperSigned.TYPE: {"holder": Sealed(key_ref_of(case), holder)}}
        command = Command(
            command_id=f"paper:{paper.id}",
            actor=MAKER,
            now=now,
            causation=f"{loaded.stream}/{paper.sheet.of_version}",
            authority=loaded.commits[-1].body.authority,
        )

        def decide(found: Loaded) -> Sequence[Draft]:
            rules = self.rules.present
            facts = ISSUANCE.decide_on_paper(signed_paper(found), wanted, rules, now)
            return drafts(facts, sealed if facts else {})

        self.log.execute(stream, command, decide)

    def _signed(self, paper: Named, case: Case, content: PaperContent, file: BlobRef) -> SignPaper:
        document = paper.sheet.document
        return SignPaper(
            case=case.id,
            paper=paper.sheet.kind,
            of_version=paper.sheet.of_version,
            item=case.item,
            day=content.on,
            blob=file.id,
            sha256=file.sha256,
            size=file.size,
            key=self.statement_key[0],
            result=paper.sheet.result_code,
            document=document.id if document is not None else "",
            number=content.number,
        )

    def _stored(
        self, blob: str, paper: Named, case: Case, content: PaperContent, holder: str
    ) -> BlobRef:
        kid, key = self.statement_key
        numbered = paper.sheet.document.numbered if paper.sheet.document else None
        valid = numbered.valid if numbered is not None else None
        statement = PaperStatement(
            code=paper.id,
            what=content.title,
            holder=holder,
            by=content.authority,
            day=content.on,
            number=content.number,
            since=valid.since if valid else None,
            until=valid.until if valid else None,
        )
        signed = sign_statement(statement, kid=kid, key=key)
        pdf = self.drawing.draw(
            content,
            code=shown_code(paper.id),
            check=self.address,
            qr=f"{self.address}/{paper.id}#{signed}",
        )
        return self.blobs.keep(self.signer.sign(pdf), owner=case.subject, blob_id=blob, kind=PDF)

    def _opened(self, paper: Named, case: Case, loaded: Loaded, item: Item) -> HolderData:
        """What stands on the paper of the applicant; the reading is recorded as the making."""
        fields = sealed_fields_of(paper.sheet, item.text)
        wanted = list(_values(loaded, case, fields, paper.sheet.of_version))
        found = self.vault.reveal_together(
            wanted, of=loaded.stream, reader=MAKER, why=WHY, read_as=_AS
        )
        plain = {one.field: found[one.place] for one in wanted if one.place in found}
        answers: dict[str, Any] = {}
        for field, text in plain.items():
            if field.startswith(ANSWERS):
                answers |= msgspec.json.decode(text)
        facts = {fact.code: fact for fact in item.text.facts}
        return HolderData(
            name=plain.get("name", ""),
            id_number=plain.get("id_number", ""),
            address=plain.get("delivery_address", ""),
            explanation=plain.get("explanation", ""),
            members=_names(plain.get("members", "[]")),
            photo=self._photo(case, item) if paper.sheet.kind == "slip" else "",
            answers={
                code: answer_words(value, facts[code])
                for code, value in answers.items()
                if code in facts
            },
        )

    def _photo(self, case: Case, item: Item) -> str:
        """The last photograph that was handed in, as a `data:` address; empty for none."""
        rules = {one.code: item.material(one.code) for one in case.materials}
        photos = [one for one in case.materials if (r := rules[one.code]) and r.kind == "photo"]
        if not photos:
            return ""
        last = photos[-1]
        content = self.blobs.read(last.blob, reader=MAKER, why=WHY, read_as=_AS)
        return f"data:{last.media_type};base64,{base64.b64encode(content).decode('ascii')}"


def check_address(settings: Settings) -> str:
    """The address that is printed on papers; a code is added to it."""
    pages = (settings.pages or f"https://{settings.installation}").rstrip("/")
    return (settings.paper_address or f"{pages}/verify").rstrip("/")


def _names(members: str) -> tuple[str, ...]:
    """The names of the people for whom a unit applied."""
    return tuple(str(one["name"]) for one in msgspec.json.decode(members))


def answer_words(value: object, fact: FactRule) -> str:
    """An answer as it is printed: of somebody the name, of an account its bank and last digits."""
    named: Mapping[str, str] = {one.code: one.name for one in fact.choices}
    match value:
        case bool():
            return "是" if value else "否"
        case {"bank": bank, "number": number}:
            return f"{bank}，账号末四位{str(number)[-4:]}"
        case {"name": name}:
            return str(name)
        case [*chosen]:
            return "、".join(named.get(str(one), str(one)) for one in chosen)
        case _ if fact.type == "date":
            return printed_day(date.fromisoformat(str(value)))
        case _:
            return f"{named.get(str(value), str(value))}{fact.unit}"


def _values(loaded: Loaded, case: Case, fields: frozenset[str], of_version: int) -> Any:
    """The sealed values that a paper is made of; an explanation is that of its own event."""
    for commit in loaded:
        for place in sealed_fields(commit):
            number, _, field = place.partition("/")
            version = int(number)
            own = field == "explanation" and version == of_version
            if field in fields and (own or case.sealed_in.get(field) == version):
                yield SealedAt(commit, version, field)
