"""A paper of a case, proved as a stranger would: its words, its signature, and what it is worth.

Poppler takes the text and checks the signature, zbar reads the picture of the page, and the script
of the docs checks the statement with the published keys alone.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from services.issuance.papers.making import answer_words
from services.portal.words.catalogue import load
from shared.catalogue.definition.outcome import ResultRule
from shared.clock import printed_day
from tests.e2e.actors import Scene
from tests.pages.browsing import ROOT, Visitor
from tests.pages.visits_of_cases import until
from tests.pages.walking import HOLDER, NAME, ByPages
from tests.support.answers_given import as_body
from tests.support.http_walking import HttpWalk
from tests.support.pdfs import qr_of, signature_trusting, store_trusting, text_of

OFFLINE = ROOT / "docs" / "how-to" / "check_a_paper.py"
FORGED = 1
BEING_MADE = load()["sheet-being-made"]["zh"]
GOOD, BAD = ".portal-standing--good", ".portal-standing--bad"


@dataclass(frozen=True)
class Proved:
    """A paper that held: what the API calls it, and what its QR says."""

    listed: Mapping[str, Any]
    qr: str


@dataclass
class Prover:
    """Whoever checks the papers of one walked case. `folder`: where the keys lie."""

    pages: ByPages
    walk: HttpWalk
    folder: Path

    @property
    def scene(self) -> Scene:
        return self.pages.scene

    def every_paper(self) -> list[Proved]:
        """Every paper that the applicant gets on the page of papers, each proved."""
        here = f"/cases/{self.walk.case}/papers"
        return list(self._each(self.pages.applicant(), here, HOLDER.as_user, "", "valid"))

    def at_the_desk(self, at: Visitor) -> list[Proved]:
        """The same for whoever makes it: a document is worth nothing until it is issued."""
        here = f"/desk/{self.walk.case}/papers"
        return list(self._each(at, here, "producer", self.walk.office, "not-yet"))

    def _each(
        self, at: Visitor, here: str, user: str, office: str, standing: str
    ) -> Iterator[Proved]:
        until(at, here, f'main:not(:has-text("{BEING_MADE}")) a[href^="{here}/"]')
        path = f"/v1/issuance/{self.walk.case}/papers"
        found = self.pages.get("issuance", path, as_=user, office=office)["papers"]
        shown = at.page.locator(f'main a[href^="{here}/"]')
        assert [one["state"] for one in found] == ["ready"] * shown.count(), found
        for one in found:
            with at.page.expect_download() as got:
                at.page.locator(f'main a[href="{here}/{one["paper"]}"]').click()
            proved = self._proved(one, got.value.path().read_bytes())
            self.shows(proved, standing if self._is_made(one) else self._standing(one))
            yield proved

    def _is_made(self, listed: Mapping[str, Any]) -> bool:
        """Whether it is of a document that a producer makes."""
        made = {one.code for one in self.walk.item.text.results if one.kind == "document"}
        return listed["result"] in made

    def _standing(self, listed: Mapping[str, Any]) -> str:
        """What the API says of it: what is written down counts before the document is made."""
        return "valid" if self.checked(listed["code"])["valid"] else "not-yet"

    def _proved(self, listed: Mapping[str, Any], pdf: bytes) -> Proved:
        text = "".join(text_of(pdf).split())
        said = self.checked(listed["code"])
        for demanded in self.demanded(listed, said):
            assert "".join(demanded.split()) in text, f"{listed['title']}: no {demanded!r}"
        signed = signature_trusting(pdf, self._store)
        assert "Signature is Valid" in signed, signed
        assert "Certificate is Trusted" in signed, signed
        proved = Proved(listed, qr_of(pdf))
        self._offline(proved, said)
        return proved

    def demanded(self, listed: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
        """What has to stand on the paper: always, and by the `paper.must_show` of its result."""
        yield from (
            NAME,
            listed["title"],
            listed["code"],
            printed_day(date.fromisoformat(said["day"])),
        )
        rule = next(
            (one for one in self.walk.item.text.results if one.code == listed["result"]), None
        )
        if said["number"]:
            yield said["number"]
        if rule is not None and listed["kind"] == "result":
            yield from self._of_the_item(rule, said)

    def _of_the_item(self, rule: ResultRule, said: Mapping[str, Any]) -> Iterator[str]:
        text = self.walk.item.text
        questions = {one.code: one for one in text.facts}
        answers = as_body(self.walk.wish().answers)
        known = {
            "authority": text.department_name or text.name,
            "item": text.name,
            "holder": NAME,
            "number": said["number"],
            "day": printed_day(date.fromisoformat(said["day"])),
            "since": printed_day(date.fromisoformat(said["since"])) if said["since"] else "",
            "until": printed_day(date.fromisoformat(said["valid_until"]))
            if said["valid_until"]
            else "长期",
        }
        for one in rule.must_show:
            _, fact, code = one.rpartition("fact:")
            if not fact:
                yield known[one]
            elif code in answers:
                yield answer_words(answers[code], questions[code])

    def checked(self, code: str) -> Any:
        """What anybody is told of a paper by its code."""
        return self.scene.get("issuance", f"/v1/verification/{code}", as_="").json()

    def shows(self, proved: Proved, standing: str) -> None:
        """The page that the QR opens shows this standing, and of a person no whole name."""
        at = self.pages.stranger()
        at.page.goto(proved.qr)
        at.page.locator(GOOD if standing == "valid" else BAD).wait_for()
        main = at.page.locator("main").inner_text()
        assert load()[f"verified-{standing}-title"]["zh"] in main, main
        assert NAME not in main, main
        assert NAME[0] in main, main
        status = "unknown" if standing == "not-yet" else standing
        assert self.checked(proved.listed["code"])["status"] == status

    def _offline(self, proved: Proved, said: Mapping[str, Any]) -> None:
        """With the key set alone; a changed character is no statement of these keys."""
        done = offline(self._keys, proved.qr)
        assert done.returncode == 0, done.stdout
        for words in (said["what"], said["holder"], said["by"], said["number"], said["day"]):
            assert words in done.stdout, done.stdout
        head, dot, rest = proved.qr.rpartition("#")[2].partition(".")
        other = ("A" if rest[0] != "A" else "B") + rest[1:]
        assert offline(self._keys, head + dot + other).returncode == FORGED

    @cached_property
    def _keys(self) -> Path:
        """What the installation publishes, as a file that is taken away."""
        told = self.scene.get("issuance", "/.well-known/caseledger-papers.json", as_="")
        file = self.folder / "papers.json"
        file.write_bytes(told.content)
        return file

    @cached_property
    def _store(self) -> str:
        authority = json.loads(self._keys.read_bytes())["certificate_authority"]
        return store_trusting(authority, self.folder)


def offline(keys: Path, qr: str) -> "subprocess.CompletedProcess[str]":
    """The script of the docs, without anything of ours but the published file."""
    return subprocess.run(
        [sys.executable, "-I", str(OFFLINE), str(keys), qr],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
