"""The first page, and the list of the API's documents."""

from flask import Blueprint, render_template

from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """What one can do here."""
    del portal

    @blp.get("/")
    def start() -> str:
        return render_template("start.html")

    @blp.get("/docs")
    def docs() -> str:
        return render_template("docs.html")
