"""The pages of the desk."""

from flask import Blueprint

from services.portal.desk import case, doing, lists, papers
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Every topic of this room."""
    for topic in (case, doing, lists, papers):
        topic.routes(blp, portal)
