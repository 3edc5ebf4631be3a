"""Find an item by its name, in Chinese, English, pinyin or initials."""

from typing import Any

from flask import Blueprint, render_template, request

from services.portal.room import Portal

MOST_LETTERS = 100
SHOWN = "20"


def routes(blp: Blueprint, portal: Portal) -> None:
    """Find items that are offered."""

    @blp.get("/items")
    def search() -> str:
        text = request.args.get("q", "").strip()
        after = request.args.get("after", "")
        found: dict[str, Any] = {}
        refused = ""
        if len(text) > MOST_LETTERS:
            refused = "search-too-long"
        else:
            answer = portal.api.get("/v1/items", **_asked(text, after))
            found, refused = (answer.document, "") if answer.ok else ({}, "search-refused")
        return render_template("search.html", text=text, found=found, refused=refused)


def _asked(text: str, after: str) -> dict[str, str]:
    asked = {"offered": "true", "limit": SHOWN, "q": text, "after": after}
    return {name: value for name, value in asked.items() if value}
