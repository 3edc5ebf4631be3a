"""The pages about the cases of whoever is signed in."""

from flask import Blueprint

from services.portal.cases import case, contact, listing, papers, supplement, told
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Every topic of this room."""
    for topic in (case, contact, listing, papers, supplement, told):
        topic.routes(blp, portal)
