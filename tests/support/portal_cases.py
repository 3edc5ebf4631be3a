"""What the services say of a made-up case, for pages that show it."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.support.portal_applying import CASE, Applying

NUMBER = "20261130650102000018"
STAGES = [
    {"code": "payment", "zh": "缴费", "en": "Payment", "state": "done"},
    {"code": "inspection", "zh": "现场检查", "en": "Inspection", "state": "now"},
    {"code": "decision", "zh": "审批决定", "en": "Decision", "state": "to-come"},
]


def case(**more: Any) -> dict[str, Any]:
    """What intake says of it."""
    told = {
        "case": CASE,
        "number": NUMBER,
        "version": 2,
        "status": "awaiting-payment",
        "item": "000-01",
        "name": "居民身份证的丢失补领业务",
        "fee": {
            "amount": "40.00",
            "pay_by": "2026-12-07T15:59:59.999999Z",
            "paid": False,
            "payments": [],
        },
        "supplement": None,
        "due": [],
        "refusal": None,
        "non_acceptance": None,
        "actions": ["payment", "contact", "withdrawal"],
        "stages": STAGES,
    }
    return {**told, **more}


def progress(found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What progress says of it."""
    told = {
        "case": CASE,
        "version": found["version"],
        "versions": {"case": found["version"], "notice": 1, "documents": {}},
        "status": found["status"],
        "documents": [],
    }
    return {**told, **more}


def at_case(applying: Applying, **more: Any) -> dict[str, Any]:
    """Let intake and progress say this of the case."""
    found = case(**more)
    applying.world.said[f"/v1/cases/{CASE}"] = tagged(found)
    applying.world.answers(f"/v1/progress/{CASE}", progress(found))
    return found


def tagged(document: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """An answer with the version as its tag."""
    tag = {"ETag": f'"{document["version"]}"'}
    return lambda _request: httpx.Response(200, json=document, headers=tag)


def takes(applying: Applying, path: str) -> list[dict[str, Any]]:
    """Let a command be done; what it was sent, with the headers that matter."""
    sent: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        headers = {name: request.headers.get(name) for name in ("If-Match", "Idempotency-Key")}
        sent.append({**headers, "body": body})
        return httpx.Response(200, json={"case": CASE, "version": 3, "events": ["x"]})

    applying.world.said[path] = answer
    return sent


def refuses(applying: Applying, path: str, name: str, status: int, **more: Any) -> None:
    """Let a command be refused."""
    problem = {"type": f"urn:caseledger:problem:{name}", "status": status, **more}
    applying.world.answers(path, problem, status=status)
