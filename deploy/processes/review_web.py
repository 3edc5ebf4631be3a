"""The web process of review: `gunicorn 'deploy.processes.review_web:create()'`.

Here because no service imports another: review decides, notify has the words, and a preview of a
decision shows both.
"""

from flask import Flask

from services.notify.words.table import NOTICES, words_of
from services.review import wsgi
from services.review.room import ToldWords
from shared.case import Case, Fact
from shared.catalogue import Item


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork."""
    return wsgi.create(said)


def said(fact: Fact, case: Case, item: Item) -> ToldWords | None:
    """What the applicant would be told of a fact, in the present words."""
    wording = NOTICES.get(type(fact))
    if wording is None or not wording.told(fact):
        return None
    words = words_of(fact, case, item)
    return ToldWords(subject=words.subject, zh=words.zh, en=words.en)
