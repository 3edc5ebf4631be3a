"""Makes a kept home: `python -m tests.homes.make secantusd-py`. One that is there stays.

Ten cases of made-up people: delivered, refused, withdrawn, supplemented, not accepted, one of a
person who was erased, three of other items, and one open under review.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.demo.story import Story
from shared.case.deciding.assemble import open_rules
from shared.catalogue import packaged_catalogue
from tests.e2e.actors import Scene, scene
from tests.e2e.system import system
from tests.e2e.test_each_template import OverHttp
from tests.homes.asking import answers, settled, subject_of
from tests.homes.kept import FOLDER, answers_of, pack, packed, sha256_of
from tests.support.http_walking import HttpWalk
from tests.support.waiting import eventually

WAIT_S = 120.0
ERASED = "person-to-be-erased"
OTHERS = ("004-005", "003-006", "003-051")


def _delivered(story: Story) -> None:
    story.run()


def _refused(story: Story) -> None:
    story.submit()
    story.pay()
    story.decide(approve=False, explanation="made-up explanation")
    story.refund()


def _withdrawn(story: Story) -> None:
    story.submit()
    story.pay()
    story.until("under-review", who="system", what="opens the review")
    story.withdraw("made-up reason")
    story.refund()


def _supplemented(story: Story) -> None:
    story.submit(with_material=False)
    story.pay()
    story.supplement()
    story.decide()
    story.produce()


def _not_accepted(story: Story) -> None:
    story.submit(with_material=False)
    story.pay()
    story.supplement(complete=False)
    story.refund()


def _open(story: Story) -> None:
    story.submit()
    story.pay()
    story.until("under-review", who="system", what="opens the review")


WAYS: dict[str, Callable[[Story], None]] = {
    "delivered": _delivered,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "supplemented": _supplemented,
    "not-accepted": _not_accepted,
    "erased": _delivered,
    "open": _open,
}


def main() -> int:
    """Make the home of one kind of event log server."""
    (kind,) = sys.argv[1:]
    if packed(kind).exists():
        sys.stderr.write(f"{packed(kind)} is there: it is never made again.\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["CASELEDGER_MONGO"] = kind
    with tempfile.TemporaryDirectory() as folder:
        with system(Path(folder), CASELEDGER_KEY_CACHE_S="2") as one:
            one.up()
            with scene(one) as at:
                cases = _carried(at)
                for case in cases.values():
                    eventually(lambda case=case: settled(at, case), WAIT_S, poll_s=0.2)  # type: ignore[misc]
                erased = one.caseledger("erase", subject_of(at, cases["erased"]), "--wait")
                assert erased["complete"] is True
                assert one.caseledger("projection", "compare")["ok"] is True
                found = {name: answers(at, case) for name, case in cases.items()}
        answers_of(kind).write_text(json.dumps(found, indent=1, sort_keys=True), "utf-8")
        path = pack(one.home, kind)
    print(path.name, path.stat().st_size, sha256_of(path))  # noqa: T201 - whoever makes it reads it
    return 0


def _carried(at: Scene) -> dict[str, str]:
    """Every case to where it is to be; its id by how it went."""
    subjects = {"erased": ERASED}
    stories = {name: at.story(subjects.get(name, "local-applicant")) for name in WAYS}
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(way, stories[name]) for name, way in WAYS.items()]:
            done.result()
    cases = {name: story.case for name, story in stories.items()}
    callers, rules = OverHttp(at), open_rules(at.settings)
    for item in OTHERS:
        walk = HttpWalk(callers, packaged_catalogue().item(item), rules).begin()
        walk.to_the_end()
        cases[item] = walk.case
    return cases


if __name__ == "__main__":
    raise SystemExit(main())
