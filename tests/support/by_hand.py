"""Everybody who uses an installation over HTTP, with the machines' reactions delivered by hand."""

import io
from typing import Any

from PIL import Image

from tests.support.path_world import Path4


def _portrait() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (358, 441), "white").save(out, "PNG")
    return out.getvalue()


PORTRAIT = _portrait()


class ByHand:
    """Everybody, and the machines, of one installation in this process."""

    def __init__(self, path: Path4) -> None:
        self.path = path
        self.clients = {
            name: path.client(name) for name in ("intake", "review", "issuance", "notify")
        }

    def get(self, service: str, path: str, *, as_: str, office: str) -> Any:
        response = self.clients[service].get(path, as_, department=office)
        assert response.status_code == 200, response.json
        return response.json

    def post(self, service: str, path: str, body: Any, *, as_: str, office: str) -> Any:
        response = self.clients[service].post(path, body, as_, department=office)
        assert response.status_code in {200, 201}, response.json
        self.path.settle()
        return response.json

    def upload(self) -> str:
        """A picture of the size of a portrait (GA 461-2004), which is right for any paper."""
        blob: str = self.clients["intake"].upload(PORTRAIT).json["blob"]
        return blob

    def pay(self, case: str, amount: str) -> None:
        told = {
            "kind": "payment",
            "case": case,
            "transaction": f"t-{case}",
            "amount": amount,
            "method": "alipay",
        }
        assert self.clients["intake"].callback(told).status_code == 200
        self.path.settle()

    def settle(self, case: str, version: int) -> None:
        self.path.settle()
        raise AssertionError(f"{case} waits for a machine at version {version}")
