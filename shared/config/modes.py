"""What a mode allows: production refuses whatever is there to try the system out.

`embedded` is one machine and one person, with a token issuer of our own. `trial` is containers with
made-up data: whatever stands in .env.example may be used, but the issuer is outside of them.
`production` is real data.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from shared.config.settings import Settings, SettingsError

EMBEDDED, TRIAL, PRODUCTION = "embedded", "trial", "production"
MODES = (PRODUCTION, TRIAL, EMBEDDED)
LOCAL_ISSUER = "urn:caseledger:local-issuer"
LOCAL_KEY_ID = "local-"  # the ids of the keys that our own issuer makes begin so
PUBLISHED_PASSWORD = "change-me"  # noqa: S105 - what the passwords that were published begin with


def check_mode(settings: Settings, *, web: bool, pages: bool = False) -> None:
    """Refuse settings that the mode does not allow; `web` processes and `pages` are asked more.

    Raises:
        SettingsError: naming every one of them in one sentence.
    """
    if settings.mode not in MODES:
        raise SettingsError(f"CASELEDGER_MODE is {settings.mode!r}: give {', '.join(MODES)}.")
    wrong = [*_faults(settings, web=web), *(_of_pages(settings) if pages else ())]
    if wrong:
        raise SettingsError(f"Not in mode {settings.mode}: {'; '.join(wrong)}.")


def _faults(settings: Settings, *, web: bool) -> Iterator[str]:
    if settings.mode == EMBEDDED:
        return
    if web and Path(settings.jwks) == settings.secrets_dir / "jwks.json":
        yield "CASELEDGER_JWKS names no keys of an issuer of yours"
    if settings.mode == TRIAL:
        return
    for name in ("log_uri", "views_uri", "vault_uri"):
        if unquote(urlsplit(getattr(settings, name)).password or "").startswith(PUBLISHED_PASSWORD):
            yield f"CASELEDGER_{name.upper()} has a published password"
    if settings.database_password.startswith(PUBLISHED_PASSWORD):
        yield "CASELEDGER_DATABASE_PASSWORD is a published password"
    if web:
        yield from _laptop(settings)


def _of_pages(settings: Settings) -> Iterator[str]:
    """What of the portal's settings the mode does not allow."""
    if settings.mode == EMBEDDED:
        return
    if not settings.sign_in:
        yield "CASELEDGER_SIGN_IN names no OpenID provider"
    if settings.mode == TRIAL:
        return
    if settings.sign_in.lower().startswith("http://"):
        yield "CASELEDGER_SIGN_IN is fetched over http://"
    if not settings.pages.startswith("https://"):
        yield "CASELEDGER_PAGES is not an address with https://"
    yield from _names(settings)


def _laptop(settings: Settings) -> Iterator[str]:
    """What of a web process's settings is for a laptop alone."""
    if settings.issuer == LOCAL_ISSUER:
        yield f"CASELEDGER_ISSUER is {LOCAL_ISSUER}"
    if settings.jwks.lower().startswith("http://"):
        yield "CASELEDGER_JWKS is fetched over http://"
    elif _made_by_us(settings.jwks):
        yield "CASELEDGER_JWKS has keys of the embedded system's issuer"
    yield from _names(settings)


def _names(settings: Settings) -> Iterator[str]:
    """The names that we are called by must be told."""
    if not settings.trusted_hosts:
        yield "CASELEDGER_TRUSTED_HOSTS is empty"
    elif any("*" in name for name in settings.trusted_hosts):
        yield "CASELEDGER_TRUSTED_HOSTS has *"


def _made_by_us(jwks: str) -> bool:
    """Whether a file of public keys has one of our own issuer; an unreadable one answers 503."""
    if jwks.startswith("https://"):
        return False
    try:
        found = msgspec.json.decode(Path(jwks).read_bytes(), type=_KeySet)
    except (OSError, msgspec.MsgspecError):
        return False
    return any(key.kid.startswith(LOCAL_KEY_ID) for key in found.keys)


class _Key(msgspec.Struct):
    kid: str = ""


class _KeySet(msgspec.Struct):
    keys: tuple[_Key, ...] = ()
