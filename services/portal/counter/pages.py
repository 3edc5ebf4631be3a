"""The pages of the counter."""

from flask import Blueprint

from services.portal.counter import form, items, receiving, taken
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Every topic of this room."""
    for topic in (receiving, items, form, taken):
        topic.routes(blp, portal)
