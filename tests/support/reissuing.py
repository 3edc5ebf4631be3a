"""A person with a document who asks for another one, and the officer who names the old one."""

from typing import Any

from tests.support.path_world import Path4

CODES = ("lost-fingerprinted-card", "household-unchanged")
CARD = "identity-card"


def submitted(path: Path4, user: str = "applicant") -> str:
    """A paid case of 000-01 of that person, at the desk."""
    intake = path.client("intake")
    body = intake.application(user=user)
    case: str = intake.post("/v1/cases", body, user=user).json["case"]
    path.settle()
    path.paid(case)
    review = path.client("review")
    findings = [{"criterion": code, "met": True} for code in CODES]
    for name, body in (
        ("assignment", {}),
        ("proposal", {"proposal": "approve", "findings": findings}),
    ):
        done = review.post(f"/v1/reviews/{case}/{name}", body, user="officer")
        assert done.status_code == 200, done.json
    return case


def approve(path: Path4, case: str, *old: dict[str, str], **headers: str) -> Any:
    """A second officer's approval, with the old documents that are named; nothing follows yet."""
    body = {"old_documents": list(old)} if old else {}
    url = f"/v1/reviews/{case}/approval"
    return path.client("review").post(url, body, user="officer-2", **headers)


def held(path: Path4, user: str = "applicant") -> tuple[str, str, str]:
    """A card in the person's hands: its case, its document and its number."""
    case = submitted(path, user)
    assert approve(path, case).status_code == 200
    path.settle()
    path.issued(case)
    shown = path.client("issuance").get(f"/v1/issuance/{case}", user="officer").json
    (paper,) = shown["documents"]
    assert paper["standing"] == "valid"
    return case, paper["document"], paper["number"]
