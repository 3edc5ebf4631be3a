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
        found, refused = items_found(portal, text, after)
        return render_template("search.html", text=text, found=found, refused=refused)


def items_found(
    portal: Portal, text: str, after: str, *, department: str = ""
) -> tuple[dict[str, Any], str]:
    """A page of the items that are offered, of one authority or all; or why it cannot be had."""
    if len(text) > MOST_LETTERS:
        return {}, "search-too-long"
    asked = {"offered": "true", "limit": SHOWN, "q": text, "after": after, "department": department}
    answer = portal.api.get("/v1/items", **asked)
    return (answer.document, "") if answer.ok else ({}, "search-refused")
