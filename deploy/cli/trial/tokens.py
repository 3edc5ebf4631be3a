"""`caseledger token`: an access token of the local issuer, for trying the API."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.output import Json, answer, bad_use, reporting, say
from deploy.embedded.home import Home


def token(
    *,
    as_: Annotated[str, typer.Option("--as", help="A local user, e.g. officer, or duty@office.")],
    seconds: Annotated[int, typer.Option(help="How long it is valid.", min=1, max=86_400)] = 3600,
    as_json: Json = False,
) -> None:
    """Print an access token of the embedded system's own issuer."""
    from shared.config.modes import EMBEDDED
    from shared.jurisdiction import packaged_jurisdiction
    from shared.security.duties import ROLE_OF
    from shared.security.local_issuer import USERS, LocalIssuer, find_user

    with reporting(as_json=as_json):
        try:
            find_user(as_, packaged_jurisdiction())
        except KeyError:
            sentence = (
                f"There is no local user {as_!r}: give one of {', '.join(USERS)}; or a duty at an "
                f"office, like review@public-security-652300. The duties are {', '.join(ROLE_OF)}; "
                "the offices stand in shared/catalogue/jurisdiction.yaml."
            )
            raise bad_use(sentence) from None
        mode = os.environ.get("CASELEDGER_MODE") or EMBEDDED
        if mode != EMBEDDED:
            raise bad_use(f"In mode {mode} tokens are not ours to give: ask your issuer.")
        home = Home.from_env(os.environ)
        issuer = LocalIssuer(Path(os.environ.get("CASELEDGER_SECRETS_DIR") or home.secrets))
        issuer.create()
        document = {"token": issuer.issue(as_, ttl_s=seconds), "as": as_, "expires_in": seconds}

        def show(found: Mapping[str, Any]) -> None:
            say(found["token"])

        answer(document, as_json=as_json, show=show)
