"""A change of what is stored must come with a new `format`: the process rebuilds then by itself."""

import hashlib
import json
from typing import Any

import msgspec

from services.progress.standing.fold import Progress
from services.progress.standing.view import VIEW

# The layout of a stored state, by format. A new layout is a new line, never a change of an old one.
LAYOUTS = {
    1: "188c93411b9f34ab95edbe52fdf8dfc491ba0257620182911dbf516066d8f0b7",
    2: "dd289b1843708498c4120e6d8358952a6d11615d5fc85b3e75657eea669977a3",
    3: "869c43354ed4f540127cc05067af62980100295357d00957734fc756711f5bb5",
    4: "e8c9c245803432836288e4807f313cb0c83d1c2fd04d63740bc6f7d096fd842a",
    5: "83cc2f59e6ef686274e621d9da088457e094deba2f7d8afaea54ac7a76209774",
    6: "a5f7a5ba0d5420719c5a786a4b8b5fc7ef02df40800be1da500c77b4ffda28c0",
    7: "7de7550dcbfb7502091fc5a0da016750b9b07c0dec1751f243cdcab581070c22",
    8: "0057cda3cac63f5f1b4df766de495afa8c5bab0d942c653fbcc2188c6d3f6230",
    9: "9ae28dd673d9aad2a9cb538070e0012299f93a0162a2b006be7879c2418fa203",
    10: "9a98f1f553471cf2c3259c38993b01f4f8f14b0cd07118d6d9fdc1ca6a3f437d",
    11: "9c0cfe6d2b3d167d1485e95f29e2ec709fcfd46746800b9326e4e7f410050c5d",
    12: "5ed485d63794997193c625fb6f861136373aca7d673ea97e0451e5378ed5abda",
    13: "1ecef1d2935abf4f0b4ab9e81a36dc8409c44268d40b5d082f532274696d74c2",
}


def layout(value: Any) -> Any:
    """A JSON Schema without its words and lists of choices: names, types and defaults.

    A list of choices may grow: what is stored decodes as before. Whether a reader would accept a
    field that it does not know is no part of what is stored either.
    """
    if isinstance(value, dict):
        words = {"description", "title", "enum"}
        kept = {key: inner for key, inner in value.items() if key not in words}
        if kept.get("additionalProperties") is False:
            del kept["additionalProperties"]
        return {key: layout(inner) for key, inner in kept.items()}
    return [layout(inner) for inner in value] if isinstance(value, list) else value


def test_the_layout_of_the_stored_state_is_the_one_of_the_views_format() -> None:
    schema = json.dumps(layout(msgspec.json.schema(Progress)), sort_keys=True)
    assert hashlib.sha256(schema.encode()).hexdigest() == LAYOUTS[VIEW.format], (
        "Progress or a state within it is stored in another layout now: raise ProgressView.format "
        "and add the new layout here"
    )
