"""The app of review, over what `deploy.processes.review_web` gives it."""

from flask import Flask

from services.review.api import endpoints
from services.review.room import Review
from shared.http import Deps, create_app
from shared.security import permissions_of


def build(review: Review, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    return create_app("review", [endpoints(review)], permissions_of("review"), deps)
