"""Every setting an application reads, its default and its meaning, in one place.

Read once, at the start of a process, from the environment. Beside it only gunicorn's configuration
file (addresses, threads), prometheus-client's folder and the embedded launcher have variables of
their own. `docs/reference/settings.md` has all of them.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from marshmallow import ValidationError
from marshmallow.fields import Float, Integer
from marshmallow.validate import Range

_IN_HOME = {
    "secrets_dir": "secrets",
    "outbox_dir": "outbox",
    "erasure_list": "erasures.jsonl",
    "calendar_dir": "calendar",
}


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one sentence for the person who starts us."""


def _setting(default: Any, help_: str, *, least: int = 1, shown: bool = True) -> Any:
    return field(default=default, repr=shown, metadata={"help": help_, "least": least})


LanesFrom = Literal["default", "told", "log"]


@dataclass(frozen=True)
class Settings:
    """What one process was told. Times are in milliseconds unless the name says seconds."""

    home: Path = _setting(Path(".caseledger"), "folder of the embedded system's state")
    service: str = _setting("", "which service this process is (intake, review, issuance, notify)")
    mode: str = _setting(
        "production",
        "`production`, `trial` or `embedded`: `shared/config/modes.py` has what each refuses",
    )
    installation: str = _setting("caseledger.local", "name of this installation in signed notes")
    log_uri: str = _setting("mongodb://127.0.0.1:27017/", "MongoDB address of the event log")
    views_uri: str = _setting("", "MongoDB address of the read models (default: the log's)")
    vault_uri: str = _setting("", "MongoDB address of the key vault (default: the log's)")
    portal_uri: str = _setting(
        "", "MongoDB address of the portal's own database (default: the log's)"
    )
    database_user: str = _setting("", "user at each of these addresses that names none")
    database_password: str = _setting(
        "", "that user's password, as it is: any characters, none escaped", shown=False
    )
    database_prefix: str = _setting("caseledger", "first part of the names of the databases")
    database_timeout_ms: int = _setting(3000, "bound on every single database operation")
    command_timeout_ms: int = _setting(4000, "bound on a whole command, all its rounds together")
    database_pool: int = _setting(12, "most connections a process keeps to one server")
    kafka_servers: tuple[str, ...] = _setting(("127.0.0.1:9092",), "Kafka bootstrap servers")
    kafka_delivery_ms: int = _setting(
        120_000, "outage of Kafka that a producer survives; a longer one costs a new producer"
    )
    topic: str = _setting("caseledger.events", "the topic that carries every event")
    replication: int = _setting(1, "replicas of the topic, when we create it")
    lanes: int = _setting(
        4, "lanes of a new log; a log that is there has its own number, and refuses another"
    )
    secrets_dir: Path = _setting(Path(".caseledger/secrets"), "folder of this process's secrets")
    jwks: str = _setting(
        "", "address or file of the issuer's public keys (default: those of the embedded issuer)"
    )
    issuer: str = _setting("urn:caseledger:local-issuer", "`iss` that a token must carry")
    audience: str = _setting("caseledger", "`aud` that a token must carry")
    pages: str = _setting(
        "", "address that browsers reach the portal by (default: as each request names it)"
    )
    services: tuple[str, ...] = _setting(
        (), "the portal's addresses of the services, `<service>=<address>` each"
    )
    sign_in: str = _setting(
        "", "address of the OpenID provider's discovery document, for the portal's sign-in"
    )
    sign_in_client: str = _setting(
        "caseledger-portal", "id that the OpenID provider knows the portal by"
    )
    upload_bytes: int = _setting(8 * 1024 * 1024, "largest upload")
    body_bytes: int = _setting(64 * 1024, "largest JSON body")
    trusted_hosts: tuple[str, ...] = _setting(
        (), "names a request may call us by (none: any, not in production)"
    )
    internal_port: int = _setting(0, "port on which /metrics needs no token (0: none)", least=0)
    smtp: str = _setting("127.0.0.1:1025", "SMTP server for mail to applicants, host:port")
    smtp_tls: str = _setting(
        "offered",
        "encryption of mail: `offered` (where the server offers it), `required`, `implicit` (port "
        "465)",
    )
    smtp_ca: str = _setting("", "file of the certificates mail trusts (default: the machine's)")
    smtp_user: str = _setting("", "who signs in to the SMTP server; needs the secret smtp.password")
    pay_url: str = _setting(
        "", "address of the payment gateway's pages; an order is at <address>/<case>/<number>"
    )
    mail_from: str = _setting("no-reply@caseledger.local", "sender of mail to applicants")
    sms_url: str = _setting(
        "", "address of the provider's port of text messages (default: a file); needs sms.token"
    )
    sms_ca: str = _setting("", "file of the certificates it trusts (default: the machine's)")
    outbox_dir: Path = _setting(Path(".caseledger/outbox"), "folder of the file sinks")
    erasure_list: Path = _setting(
        Path(".caseledger/erasures.jsonl"), "list of erasures, kept apart from log and keys"
    )
    calendar_dir: Path = _setting(
        Path(".caseledger/calendar"), "folder of the calendar notices loaded beside the packaged"
    )
    fonts_dir: Path = _setting(
        Path("/usr/share/fonts/opentype/noto"), "folder of the fonts that papers are drawn with"
    )
    paper_address: str = _setting(
        "",
        "address at which anybody checks a paper, printed on it; the code is added (default:"
        " `/verify` at `CASELEDGER_PAGES`, or at `https://<installation>`)",
    )
    key_cache_s: int = _setting(60, "longest time a data key is kept in memory, seconds")
    checkpoint_s: float = _setting(20.0, "time between signed checkpoints of a growing lane")
    beat_ms: int = _setting(1000, "time between two beats of a sequencer's lease")
    lease_ms: int = _setting(6000, "silence after which another sequencer takes a lane")
    compare_s: float = _setting(60.0, "time after which a still lane is compared with its ledger")
    park_after: int = _setting(5, "tries after which a stream is parked")
    timer_poll_ms: int = _setting(1000, "time between two looks for due timers")
    clock_skew_ms: int = _setting(2000, "difference to the database's clock that stops timers")
    health_host: str = _setting(
        "127.0.0.1", "address on which a worker's port of health and metrics listens"
    )
    health_port: int = _setting(
        0, "port of a worker's /livez, /readyz and /metrics (0: none)", least=0
    )
    sweep_s: float = _setting(5.0, "time between two pieces of the running reconciliation")
    log_level: str = _setting("INFO", "lowest level that is logged")
    lanes_from: LanesFrom = "default"  # no setting: whether `lanes` was told, or is the log's own

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `CASELEDGER_<NAME>` for each field.

        Raises:
            SettingsError: naming every wrong setting in one sentence.
        """
        taken: dict[str, Any] = {}
        wrong: list[str] = []
        for f in setting_fields():
            try:
                text = environ.get(_variable(f.name))
                taken[f.name] = _read(text, f.default, least=f.metadata["least"])
            except ValidationError as error:
                wrong.append(f"{_variable(f.name)}: {' '.join(map(str, error.messages))}")
        if wrong:
            raise SettingsError(f"Wrong settings: {'; '.join(wrong)}")
        if environ.get("CASELEDGER_LANES"):
            taken["lanes_from"] = "told"
        home = Path(taken["home"])
        for name, part in _IN_HOME.items():
            if not environ.get(_variable(name)):
                taken[name] = home / part
        taken["jwks"] = taken["jwks"] or str(Path(taken["secrets_dir"]) / "jwks.json")
        taken["views_uri"] = taken["views_uri"] or taken["log_uri"]
        taken["vault_uri"] = taken["vault_uri"] or taken["log_uri"]
        taken["portal_uri"] = taken["portal_uri"] or taken["log_uri"]
        return cls(**taken)


def setting_fields() -> "list[Field[Any]]":
    """The fields that are settings, each with a variable of its own."""
    return [one for one in fields(Settings) if one.metadata]


def _variable(name: str) -> str:
    return f"CASELEDGER_{name.upper()}"


def _read(text: str | None, default: Any, *, least: int) -> Any:
    """One setting, by the type of its default; an absent or empty variable is the default."""
    if not text:
        return default
    if isinstance(default, int):
        return Integer(validate=Range(min=least)).deserialize(text)
    if isinstance(default, float):
        return Float(validate=Range(min=0.001)).deserialize(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, Path):
        return Path(text)
    return text
