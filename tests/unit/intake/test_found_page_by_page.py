"""What a search found is read page by page, in the order of the answer."""

from pathlib import Path

from shared.catalogue import packaged_catalogue
from tests.unit.intake.test_items_api import ids, world_of


def test_a_search_is_read_page_by_page_best_first(tmp_path: Path) -> None:
    world = world_of(tmp_path, packaged_catalogue())
    every = ids(world.get("/v1/items?q=办身份证&limit=100"))
    assert every[0] == "003-024"  # it has the whole text, and is not the first by id
    assert every != sorted(every)
    read: list[str] = []
    following: str | None = ""
    while following is not None:
        after = f"&after={following}" if following else ""
        answer = world.get(f"/v1/items?q=办身份证&limit=3{after}")
        assert answer.json["total"] == len(every)
        read += ids(answer)
        following = answer.json["next"]
    assert read == every
