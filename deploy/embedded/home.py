"""The folder in which an embedded system lives, its ports, and the file that says what runs."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy import topology

PORT_BASE = 8700
PORT_LEAST, PORT_MOST = 1024, 65_500
PATHS = ("OUTBOX_DIR", "ERASURE_LIST", "CALENDAR_DIR", "JWKS")


def anchored(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with paths that hold in any folder: processes do not work where we do."""
    paths = {f"CASELEDGER_{name}" for name in PATHS} & {k for k, v in environ.items() if v}
    files = {name for name in paths if "://" not in environ[name]}
    return {**environ, **{name: str(Path(environ[name]).absolute()) for name in files}}


class LaunchError(Exception):
    """The system cannot start or stop; the message is one sentence that says what to do."""

    def __init__(self, sentence: str, *, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Ports:
    """The fixed places of our processes above one base, so that addresses stay the same."""

    base: int = PORT_BASE

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Ports":
        """Read `CASELEDGER_PORT_BASE`.

        Raises:
            LaunchError: when it is no port number.
        """
        text = environ.get("CASELEDGER_PORT_BASE") or str(PORT_BASE)
        if not text.isdecimal() or not PORT_LEAST <= int(text) <= PORT_MOST:
            raise LaunchError(
                f"CASELEDGER_PORT_BASE is {text!r}: give {PORT_LEAST} to {PORT_MOST}.",
                exit_code=2,
            )
        return cls(int(text))

    def web(self, service: str) -> int:
        """HTTP port of a service."""
        return self.base + topology.BY_NAME[f"{service}-web"].offset

    def health(self, process: str) -> int:
        """Port of /livez, /readyz and /metrics of a process without web."""
        return self.base + topology.BY_NAME[process].offset

    @property
    def sign_in(self) -> int:
        """HTTP port of the made-up OpenID provider."""
        return self.base + topology.SIGN_IN_OFFSET

    @property
    def gateway(self) -> int:
        """HTTP port of the payment gateway that takes made-up money."""
        return self.base + topology.GATEWAY_OFFSET

    @property
    def pages(self) -> int:
        """HTTP port of the pages, and of everything behind them: the one address."""
        return self.base + topology.PORTAL.offset

    @property
    def mail(self) -> int:
        """SMTP port of the mail catcher."""
        return self.base + topology.MAIL_OFFSET

    @property
    def mongo(self) -> int:
        """Port of the event log."""
        return self.base + topology.MONGO_OFFSET

    @property
    def kafka(self) -> int:
        """Port of Kafka; its controller has the next one."""
        return self.base + topology.KAFKA_OFFSET


@dataclass(frozen=True)
class Home:
    """`CASELEDGER_HOME`: data, logs, secrets, outbox, the lock and the state file."""

    path: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Home":
        """The folder of the environment, `.caseledger` by default; absolute."""
        return cls(Path(environ.get("CASELEDGER_HOME") or ".caseledger").absolute())

    @property
    def secrets(self) -> Path:
        """Keys of the local installation."""
        return self.path / "secrets"

    @property
    def keys(self) -> Path:
        """A folder for each process with the secrets that it needs, made from `secrets`."""
        return self.path / "keys"

    @property
    def calendar(self) -> Path:
        """Calendar notices that were loaded, where `CASELEDGER_CALENDAR_DIR` names no other."""
        return self.path / "calendar"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.path / "logs"

    @property
    def mail(self) -> Path:
        """Every mail that was sent, as a file."""
        return self.path / "outbox" / "mail"

    @property
    def state_file(self) -> Path:
        """What runs now."""
        return self.path / "state.json"

    def data(self, server: str) -> Path:
        """Data folder of a server."""
        return self.path / "data" / server

    def create(self) -> None:
        """Make the folders, for this user alone.

        Raises:
            LaunchError: when the folder cannot be written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self.mail.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LaunchError(
                f"The folder {self.path} cannot be written ({error.strerror}): "
                "choose another one with CASELEDGER_HOME.",
                exit_code=2,
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; the lock ends with it, however it ends.

        Raises:
            LaunchError: when another start holds it.
        """
        self.create()
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise LaunchError(
                    f"The folder {self.path} is in use by another start: end it with "
                    "`caseledger down`, or choose another folder with CASELEDGER_HOME.",
                    exit_code=2,
                ) from error
            yield
        finally:
            os.close(handle)

    def is_locked(self) -> bool:
        """True while a supervisor holds the folder."""
        try:
            handle = os.open(self.path / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False


@dataclass(frozen=True)
class Seen:
    """One process as the supervisor saw it: `started` is the kernel's start time in ticks."""

    name: str
    pid: int
    started: int
    state: str
    restarts: int
    log: str
    health: str = ""


@dataclass(frozen=True)
class State:
    """What the supervisor says of the system; written whole, so that a reader never sees half."""

    pid: int
    started: int
    ready: bool = False
    error: str = ""
    mongo: str = ""
    mongo_uri: str = ""
    kafka: str = ""
    kafka_servers: str = ""
    prefix: str = ""
    notes: tuple[str, ...] = ()
    pages: str = ""
    payments: str = ""
    services: dict[str, str] = field(default_factory=dict)
    processes: tuple[Seen, ...] = ()

    def write(self, home: Home) -> None:
        """Put it where `status`, `down` and the next start look for it."""
        fresh = home.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1), "utf-8")
        fresh.replace(home.state_file)

    @classmethod
    def read(cls, home: Home) -> "State | None":
        """The last state written in this folder, or None."""
        try:
            found: dict[str, Any] = json.loads(home.state_file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        processes = tuple(Seen(**one) for one in found.pop("processes"))
        notes = tuple(found.pop("notes", ()))
        return cls(**found, processes=processes, notes=notes)
