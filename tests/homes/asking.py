"""What a system answers about a case, without anything about a person."""

import json
from typing import Any

from tests.e2e.actors import Scene
from tests.support.casework_world import posted


def answers(at: Scene, case: str) -> dict[str, Any]:
    """A case as intake, progress and notices show it to its officer, and its papers to anybody."""
    shown = at.get("intake", f"/v1/cases/{case}", as_="auditor")
    assert shown.status_code == 200, shown.text
    found = {"case": shown.json()}
    office = posted(found["case"]["department"])
    for name in ("progress", "notices"):
        path = f"/v1/{name}/{case}"
        answer = at.get("notify", path, as_="officer", **office)
        assert answer.status_code == 200, answer.text
        found[name] = answer.json()
    found["verification"] = [
        at.get("issuance", f"/v1/documents/{one['document']}/verification", as_="").json()
        for one in found["progress"]["documents"]
    ]
    return found


def settled(at: Scene, case: str) -> bool:
    """Whether everything that follows is done: told, sent and projected."""
    found = answers(at, case)
    waiting = {"queued", "failed"}
    told = all(one["status"] not in waiting for one in found["notices"]["messages"])
    return told and found["progress"]["version"] == found["case"]["version"]


def subject_of(at: Scene, case: str) -> str:
    """The reference of the person of a case, from the log."""
    commit = at.databases.log["commits"].find_one({"stream": f"case/{case}", "first_version": 1})
    assert commit is not None
    body = json.loads(bytes(commit["body"]))
    return str(body["events"][0]["data"]["subject"])
