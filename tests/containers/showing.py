"""What people see of the system in containers: the portal's pages, and signed papers as PDF."""

import re
from http import HTTPStatus

import httpx

from deploy.demo.client import Client, Unexpected
from tests.containers.commands import Failed, eventually

PAPERS_S = 120
LIVE = "/static/live.js"  # a case's page loads it


def show_pages(address: str, caller: httpx.Client) -> None:
    """Fetch the portal's first page, and what pages are drawn with.

    Raises:
        Failed: one of them is not there.
    """
    first = caller.get(f"{address}/")
    drawn_with = re.findall(r'"(/static/[^"?]+)', first.text)
    answers = {path: caller.get(f"{address}{path}").status_code for path in (LIVE, *drawn_with)}
    told = {"/": first.status_code, **answers}
    if not drawn_with or set(told.values()) != {HTTPStatus.OK}:
        raise Failed(f"the portal answers {told}")


def give_papers(client: Client) -> int:
    """Have the papers of a closed case made, and fetch each; how many there are.

    Raises:
        Failed: one is not made in time, or is no PDF.
    """
    try:
        cases = client.get("notify", "/v1/progress", as_="applicant")["cases"]
        closed = next((one["case"] for one in cases if one["status"] == "closed"), None)
        if closed is None:
            raise Failed(f"no case is closed: {cases}")
        eventually(
            lambda: set(_papers(client, closed).values()) == {"ready"},
            PAPERS_S,
            lambda: f"the papers of a case are {_papers(client, closed)}",
        )
        papers = _papers(client, closed)
    except Unexpected as error:
        raise Failed(f"No paper is given: {error}") from error
    reader = {"Authorization": f"Bearer {client.token('applicant')}"}
    for paper in papers:
        given = client.http.get(f"{client.services['issuance']}/v1/papers/{paper}", headers=reader)
        if given.status_code != HTTPStatus.OK or not given.content.startswith(b"%PDF-"):
            raise Failed(f"A paper is answered with {given.status_code}.")
    return len(papers)


def _papers(client: Client, case: str) -> dict[str, str]:
    """How each paper of the case stands."""
    found = client.get("issuance", f"/v1/issuance/{case}/papers", as_="applicant")["papers"]
    return {one["paper"]: one["state"] for one in found}
