"""The pages on which somebody applies."""

from flask import Blueprint

from services.portal.applying import checking, questions
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Every topic of this room."""
    for topic in (checking, questions):
        topic.routes(blp, portal)
