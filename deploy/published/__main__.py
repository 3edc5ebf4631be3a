"""`python -m deploy.published [--check]`: the generated files of docs, and compose's.

It writes those that are not what the code says; with `--check` it only names them and ends with 1.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.published import (
    asyncapi,
    cli_page,
    event_reference,
    items,
    requirements,
    rooms_page,
    schemas,
    settings_page,
    topology_page,
)
from deploy.published.personal import data_classes_page, permissions_page
from deploy.published.types import TYPES

FOLDER = Path("docs/reference")


def pages() -> Mapping[str, str]:
    """Every generated file by its place in docs/reference."""
    made = {
        f"schemas/{schemas.file_of(fact)}": _json(schemas.schema_of(type_))
        for type_, fact in TYPES.items()
    }
    return made | {
        "asyncapi.json": _json(asyncapi.document()),
        "cli.md": cli_page.page(),
        "events.md": event_reference.reference(),
        "permissions.md": permissions_page.page(),
        "settings.md": settings_page.page(),
        requirements.PAGE: requirements.page(),
        "topology.md": topology_page.page(),
        "../rooms.md": rooms_page.page(),
        "../data-classes.md": data_classes_page.page(),
        "../../docker-compose.yml": topology_page.compose(),
        **items.pages(),
    }


def stale(folder: Path) -> list[str]:
    """Files that are absent, not what the code says, or pages of items that are gone."""
    made = pages()
    wrong = [
        name
        for name, text in made.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    there = {f"{items.FOLDER}/{path.name}" for path in (folder / items.FOLDER).glob("*.md")}
    return wrong + sorted(there - set(made))


def main(argv: list[str]) -> int:
    """Write what is stale, or with `--check` only say so."""
    wrong, made = stale(FOLDER), pages()
    for name in wrong:
        if "--check" in argv:
            sys.stderr.write(f"{FOLDER / name} is not what the code says: run `make docs`\n")
            continue
        if name not in made:
            (FOLDER / name).unlink()
            continue
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(made[name], encoding="utf-8", newline="\n")
        sys.stdout.write(f"{FOLDER / name}\n")
    return 1 if wrong and "--check" in argv else 0


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
