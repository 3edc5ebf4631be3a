"""Which secrets each process needs, in one table, and the check at the start of a process.

`deploy.processes.prepare` gives each process a folder that is made from the table. A process whose
folder has a file too few or too many does not start: a stolen process gives away what its row names
and nothing else. docs/explanation/proof.md says what each key allows its thief.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from shared.config.modes import EMBEDDED, check_mode
from shared.config.paper_keys import CHECKS, SIGNS
from shared.config.secrets import Secrets
from shared.config.settings import Settings, SettingsError

# What every process and every auditor may read: public keys alone.
PUBLIC = frozenset({"writers.json", "checkpoint.pub"})
# The writer of SubjectRegistered: intake's web process alone has its key.
REGISTRAR = "registrar"
# The public keys of the embedded system's own token issuer: there, and only there.
LOCAL_JWKS = "jwks.json"
CHECKPOINT = "checkpoint.ed25519"


def writer_file(writer: str) -> str:
    """The file with the private key that a writer signs its commits with."""
    return f"writer-{writer}.ed25519"


def _files(*names: str, writers: tuple[str, ...] = ()) -> frozenset[str]:
    keys = {name if "." in name else f"{name}.key" for name in names}
    return PUBLIC | keys | {writer_file(writer) for writer in writers}


PORTAL = "portal-web"
PROCESSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "sequencer": _files("sequencer", CHECKPOINT),
        "intake-web": _files(
            *("request", "case-id", "gateway", "subject", "kek"), writers=("intake", REGISTRAR)
        ),
        "review-web": _files("request", "subject", "kek", writers=("review",)),
        "issuance-web": _files("request", "subject", "kek", *CHECKS, writers=("issuance",)),
        "notify-web": _files("subject"),
        "intake-worker": _files("kek", writers=("intake", "vault")),  # it ends erasures
        "review-worker": _files(writers=("review",)),
        "issuance-worker": _files("case-id", "kek", *SIGNS, writers=("issuance",)),
        "notify-worker": _files("kek", writers=("notify",)),
        "projection": PUBLIC,
        "worklists": PUBLIC,
        "portal-web": frozenset({"portal.key"}),  # a client of the HTTP API: it believes no record
    }
)
"""The secrets of each process of the topology, by its name: these files and no others."""

TOOLS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "operator": _files(
            "kek", writers=("admin", "vault", "notify")
        ),  # editions, erasures, resends
        "auditor": PUBLIC,  # verifies and exports
    }
)
"""The secrets of the command line in containers; the embedded one has the folder of all keys."""

EMBEDDED_ONLY: Mapping[str, frozenset[str]] = MappingProxyType(
    {"gateway": frozenset({"gateway.key"})}
)
"""The secrets of processes that the embedded system has to be tried out, and no other."""

LOCAL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset({LOCAL_JWKS})
        for name in PROCESSES
        if name.endswith("-web") and name != PORTAL
    }
)
"""What a process may have besides: public, and there in the embedded system alone."""

# The file and the setting without which nobody asks for it.
WHERE_SET: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"notify-worker": MappingProxyType({"smtp.password": "smtp_user", "sms.token": "sms_url"})}
)
"""Secrets of others' servers: a process needs each where its setting is given, and may have it."""


def files_in(folder: Path) -> set[str]:
    """The names of the files in a folder of secrets.

    Names that begin with a dot are not looked at: mounts of secrets have such entries of their own.
    """
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def besides_of(process: str, *, local: bool) -> frozenset[str]:
    """What a process or tool may have besides what it needs."""
    public = LOCAL.get(process, frozenset()) if local else frozenset()
    return public | frozenset(WHERE_SET.get(process, {}))


def asked_for(process: str, settings: Settings) -> frozenset[str]:
    """The secrets of others' servers that these settings make a process need."""
    where_set = WHERE_SET.get(process, {})
    return frozenset(name for name, setting in where_set.items() if getattr(settings, setting))


def check(process: str, folder: Path, *, local: bool, asked: frozenset[str] = frozenset()) -> None:
    """Compare a process's folder of secrets with its row of the table.

    `local` allows the public keys of our own issuer besides: in the embedded system. `asked` are
    secrets that the settings make it need.

    Raises:
        SettingsError: in one sentence, naming each file that is missing or is not this process's.
    """
    needs, there = PROCESSES[process] | asked, files_in(folder)
    missing = sorted(needs - there)
    foreign = sorted(there - needs - besides_of(process, local=local))
    if missing or foreign:
        parts = [f"lacks {', '.join(missing)}"] if missing else []
        parts += [f"has {', '.join(foreign)}, which it must not have"] if foreign else []
        raise SettingsError(f"The secrets of {process} in {folder}: it {' and '.join(parts)}.")


def secrets_of(process: str, settings: Settings) -> Secrets:
    """The secrets of a process of the topology, once what it was given was found to be right.

    Raises:
        SettingsError: the mode does not allow these settings; there is no such folder, or it has a
            file too few or too many.
    """
    check_mode(settings, web=process in LOCAL, pages=process == PORTAL)
    secrets = Secrets.load(settings.secrets_dir)
    asked = asked_for(process, settings)
    check(process, secrets.folder, local=settings.mode == EMBEDDED, asked=asked)
    return secrets
