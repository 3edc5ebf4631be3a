"""One case: where it stands, until when, what is owed next, and what its applicant can do."""

import hashlib
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from services.portal.applying.sitting import Person
from services.portal.cases.commanding import commanded, fresh_key, why_not
from services.portal.cases.reading import Gathered
from services.portal.cases.supplement import needed_of
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import one_typed
from services.portal.room import Portal
from services.portal.session.forms import kept_form
from services.portal.words.catalogue import language

COLLECTED = frozenset({"ready", "unclaimed"})  # where a document waits at an office


def routes(blp: Blueprint, portal: Portal) -> None:
    """Show it, and take it back."""

    @blp.get("/cases/<case>")
    def case(case: str) -> str:
        return case_shown(portal, case, "cases/case.html", done=request.args.get("done", ""))

    @blp.get("/cases/<case>/submitted")
    def submitted(case: str) -> str:
        return case_shown(portal, case, "cases/submitted.html")

    @blp.get("/cases/<case>/state")
    def state(case: str) -> Answered:
        """The state of what the page shows as a tag: a poll learns whether it changed."""
        gathered = Gathered(portal, Person.here(portal).token)
        answer = Response("", content_type="text/plain")
        answer.set_etag(tag_of(gathered.needed(f"/v1/progress/{case}").document))
        return answer.make_conditional(request)

    @blp.get("/cases/<case>/withdraw")
    def withdraw(case: str) -> str:
        reason = one_typed(kept_form(), "reason")
        return case_shown(portal, case, "cases/withdraw.html", reason=reason)

    @blp.post("/cases/<case>/withdraw")
    def withdrawn(case: str) -> str | Answered:
        reason = request.form.get("reason", "").strip()
        body = {"reason": reason} if reason else {}
        token = Person.here(portal).token
        answer = commanded(portal, f"/v1/cases/{case}/withdrawal", body, token)
        if answer.ok:
            return redirect(url_for("cases.case", case=case, done="withdrawal"))
        return case_shown(
            portal, case, "cases/withdraw.html", faults=why_not(answer), reason=reason
        )

    @blp.get("/cases/<case>/voucher")
    def voucher(case: str) -> str:
        return case_shown(portal, case, "cases/voucher.html")

    @blp.post("/cases/<case>/voucher")
    def renewed(case: str) -> str | Answered:
        """Ask for a new code by which the document is collected."""
        token = Person.here(portal).token
        answer = commanded(portal, f"/v1/issuance/{case}/voucher", {}, token)
        if answer.ok:
            return redirect(url_for("cases.case", case=case, done="voucher"))
        return case_shown(portal, case, "cases/voucher.html", faults=why_not(answer))


def case_shown(
    portal: Portal,
    case: str,
    template: str,
    *,
    faults: list[InputFault] | None = None,
    **beside: Any,
) -> str:
    """A page about a case, with what intake says of it and what was made of it so far."""
    gathered = Gathered(portal, Person.here(portal).token)
    found = gathered.needed(f"/v1/cases/{case}")
    progress = gathered.wanted(f"/v1/progress/{case}", "notify")
    lies = found.document["status"] in COLLECTED
    told = gathered.wanted(f"/v1/issuance/{case}/voucher", "issuance") if lies else None
    item = found.document["item"]
    names = gathered.names_of({item}) if language() == "en" else {}
    return render_template(
        template,
        case=found.document,
        version=found.etag,
        key=fresh_key(),
        progress=progress,
        tag=tag_of(progress) if progress else "",
        behind=bool(progress) and progress["version"] < found.document["version"],
        name=names.get(item, (found.document["name"], "")),
        voucher=(told or {}).get("voucher"),
        renewable="voucher" in (told or {}).get("actions", ()),
        away=gathered.away,
        faults=faults or [],
        needed=needed_of(found.document),
        **beside,
    )


def tag_of(progress: dict[str, Any]) -> str:
    """A tag that changes with what is known of a case."""
    said = repr((progress["version"], progress["versions"], progress["status"]))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
