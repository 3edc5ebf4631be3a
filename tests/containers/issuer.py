"""A token issuer for the stage: its public keys are a file that it shares, tokens come over HTTP.

`GET /token?as=officer` answers a token of a made-up user. The private key is in memory alone: a new
start has a new key, and the web processes find it in the file.
"""

import json
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.security.local_issuer import USERS

ISSUER, AUDIENCE = "https://issuer.invalid", "caseledger"
PORT, TTL_S = 8000, 3600
KEYS = Path("/issuer/jwks.json")


class Issuer:
    """One key and the tokens that it signs."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", private=True)
        self._id = f"made-up-{self._key.thumbprint()[:16]}"

    def publish(self, path: Path) -> None:
        """Replace the file of public keys, readable by all."""
        public = {**self._key.as_dict(private=False), "kid": self._id, "use": "sig"}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"keys": [{**public, "alg": "Ed25519"}]}), "utf-8")
        fresh.chmod(0o644)
        fresh.replace(path)

    def token(self, user: str) -> str:
        """An access token of a made-up user.

        Raises:
            KeyError: there is no such user.
        """
        now = int(time.time())
        about = {"iss": ISSUER, "aud": AUDIENCE, "jti": uuid4().hex, **USERS[user].claims()}
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": self._id}
        content = {**about, "iat": now, "exp": now + TTL_S}
        return jwt.encode(header, content, self._key, algorithms=["Ed25519"])


def serve(issuer: Issuer) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            users = parse_qs(urlsplit(self.path).query).get("as", [""])
            known = users[0] in USERS
            body = issuer.token(users[0]).encode() if known else b"there is no such user"
            self.send_response(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Log nothing."""

    ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()  # noqa: S104 - a container's


if __name__ == "__main__":
    own = Issuer()
    own.publish(KEYS)
    serve(own)
