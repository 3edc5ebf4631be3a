"""The signed papers of a case: which there are, and each as a file to keep."""

import re

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from services.portal.api import ServiceAway
from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.room import Portal

PAPER = re.compile(r"[a-z0-9]{1,64}\Z")  # what is no id is asked of nobody
FILE = "application/pdf"


def routes(blp: Blueprint, portal: Portal) -> None:
    """List the papers, and give one."""

    @blp.get("/cases/<case>/papers")
    def papers(case: str) -> str:
        return sheets_shown(portal, case, at="cases")

    @blp.get("/cases/<case>/papers/<paper>")
    def paper(case: str, paper: str) -> Response | str:
        return sheet_given(portal, case, paper, at="cases")


def sheets_shown(portal: Portal, case: str, *, at: str) -> str:
    """The papers of the case that the visitor may have; `at`: whose pages lead there."""
    gathered = Gathered(portal, Person.here(portal).token)
    found = gathered.needed(f"/v1/issuance/{case}/papers").document
    return render_template("cases/papers.html", case=case, papers=found["papers"], at=at)


def sheet_given(portal: Portal, case: str, paper: str, *, at: str) -> Response | str:
    """The paper as a file to keep; the list again while it is being made."""
    token = Person.here(portal).token
    if not PAPER.match(paper):
        abort(404)
    try:
        kind, content = portal.api.content(f"/v1/papers/{paper}", token=token)
    except ServiceAway:  # it is being made: the list says so, or that the service is away
        return sheets_shown(portal, case, at=at)
    if kind != FILE:
        abort(404)
    name = f'attachment; filename="{paper}.pdf"'
    return Response(content, content_type=FILE, headers={"Content-Disposition": name})
