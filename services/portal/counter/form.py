"""The form of an item at the counter: the pages are those of whoever applies alone."""

from flask import Blueprint
from werkzeug.wrappers import Response

from services.portal.applying.checking import check_page, submit_page
from services.portal.applying.questions import answer_page, following, question_page
from services.portal.counter.reception import AtCounter
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Fill in a form, look at it with the person, and take it in."""

    @blp.get("/counter/form")
    def form() -> Response:
        return following(AtCounter.now(portal))

    @blp.get("/counter/form/<key>")
    def question(key: str) -> str | Response:
        return question_page(AtCounter.now(portal), key)

    @blp.post("/counter/form/<key>")
    def answer(key: str) -> str | Response:
        return answer_page(AtCounter.now(portal), key)

    @blp.get("/counter/check")
    def check() -> str | Response:
        return check_page(AtCounter.now(portal))

    @blp.post("/counter/check")
    def submit() -> str | Response:
        return submit_page(AtCounter.now(portal))
