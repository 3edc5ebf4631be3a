"""The picture and the first page say what there is."""

import re
from pathlib import Path

from deploy.topology import PROCESSES, Side
from shared.config import Settings

ROOT = Path(__file__).parents[3]
PICTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_process_and_the_topic_are_in_the_picture() -> None:
    names = [one.name for one in PROCESSES if one.side is not Side.PROJECTION]
    names += ["projection", "mail", "prepare", Settings().topic]  # one stands for each read model
    assert [name for name in names if name not in PICTURE] == []


def test_every_file_that_the_first_page_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_the_pages_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text("utf-8")
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, page


def test_no_word_of_the_glossary_is_defined_twice() -> None:
    """A status has a table of its own, and may be the word of what brought it about."""
    page = (ROOT / "docs/reference/glossary.md").read_text("utf-8")
    text = re.sub(r"^## What can be said.*?(?=^## )", "", page, flags=re.MULTILINE | re.DOTALL)
    words = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    assert len(words) > 60
    assert sorted(word for word in set(words) if words.count(word) > 1) == ["---", "word"]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in headings}


def test_every_link_between_pages_leads_somewhere() -> None:
    lost = []
    for page in (*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")):
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            known = target.exists() and (not anchor or anchor in anchors(target))
            if not known:
                lost.append(f"{page.relative_to(ROOT)}: {link}")
    assert lost == []
