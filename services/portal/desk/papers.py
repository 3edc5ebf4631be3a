"""The papers of a case for whoever works on it: the slip that a card is made from among them."""

from flask import Blueprint
from werkzeug.wrappers import Response

from services.portal.cases.papers import sheet_given, sheets_shown
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """List them, and give one."""

    @blp.get("/desk/<case>/papers")
    def papers(case: str) -> str:
        return sheets_shown(portal, case, at="desk")

    @blp.get("/desk/<case>/papers/<paper>")
    def paper(case: str, paper: str) -> Response | str:
        return sheet_given(portal, case, paper, at="desk")
