"""What runs, in one table: each process with its rooms, port, database role and consumer groups.

The launcher starts these processes; docker-compose.yml and docs/reference/topology.md are made from
the table; a redrive names its process by it, and the command line and the web process find their
read models.
A new read model is its folder and one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the launcher reads this table and needs no database driver
    from shared.http import Blueprint
    from shared.projection.serving import Reads
    from shared.projection.view import View


class Side(Enum):
    """What kind of process it is."""

    WEB = "web"
    PAGES = "pages"
    WORKER = "worker"
    PROJECTION = "projection"
    SEQUENCER = "sequencer"


@dataclass(frozen=True, kw_only=True)
class Process:
    """One kind of process.

    `service` is the writer and the table of permissions that it acts under; `role` its role in the
    databases (`roles.json`). `offset` is the place of its port above the base: HTTP for a web
    process, probes for others. `code` is what it is built from: the app of a web process, the
    `build` of a worker, the view of a projection. `groups` are its consumer groups; those of a
    projection end with the number of the generation that is live.
    """

    name: str
    side: Side
    service: str
    role: str
    offset: int
    code: str = ""
    rooms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What stands after `python -P -m`."""
        if self.side in {Side.WEB, Side.PAGES}:
            return ("shared.http.process.serve", self.code)
        if self.side is Side.WORKER:
            return ("deploy.processes.worker", self.service)
        if self.side is Side.PROJECTION:
            return ("deploy.processes.projection", self.view_name)
        return (f"deploy.processes.{self.name}",)

    @property
    def view_name(self) -> str:
        """The read model that a projection keeps."""
        return self.groups[0].partition(".")[0]

    def load(self) -> Any:
        """The object that `code` names."""
        return _loaded(self.code)

    def endpoints(self, reads: "Reads") -> "Blueprint":
        """The routes over a read model: `endpoints` in the module `api` of its room."""
        blueprint: Blueprint = _loaded(f"{self.rooms[0]}.api:endpoints")(reads)
        return blueprint


def _loaded(code: str) -> Any:
    module, _, name = code.partition(":")
    return getattr(import_module(module), name)


def _service(name: str, offset: int, *, app: str = "", beside: tuple[str, ...] = ()) -> Process:
    return Process(
        name=f"{name}-web",
        side=Side.WEB,
        service=name,
        role=name,
        offset=offset,
        code=app or f"services.{name}.wsgi:create()",
        rooms=(f"services.{name}", *beside),
    )


def _worker(name: str, offset: int) -> Process:
    return Process(
        name=f"{name}-worker",
        side=Side.WORKER,
        service=name,
        role=name,
        offset=offset,
        code=f"services.{name}.worker:build",
        rooms=(f"services.{name}",),
        groups=(name, "timers"),
    )


def _read_model(process: str, view: str, offset: int, *, code: str) -> Process:
    return Process(
        name=process,
        side=Side.PROJECTION,
        service="notify",
        role="notify",
        offset=offset,
        code=code,
        rooms=(code.partition(":")[0].rpartition(".")[0],),
        groups=(f"{view}.<n>",),
    )


PORTAL = Process(
    name="portal-web",
    side=Side.PAGES,
    service="portal",
    role="portal",
    offset=0,
    code="deploy.processes.portal_web:create()",
    rooms=("services.portal",),
)
PROCESSES: tuple[Process, ...] = (
    PORTAL,
    Process(name="sequencer", side=Side.SEQUENCER, service="", role="sequencer", offset=16),
    _service("intake", 1),
    _service("review", 2, app="deploy.processes.review_web:create()"),
    _service("issuance", 3),
    _service(
        "notify",
        4,
        app="deploy.processes.notify_web:create()",
        beside=("services.progress", "services.feed"),
    ),
    _worker("intake", 11),
    _worker("review", 12),
    _worker("issuance", 13),
    _worker("notify", 14),
    _read_model("projection", "progress", 15, code="services.progress.standing.view:VIEW"),
    _read_model("worklists", "worklists", 17, code="services.progress.worklists.view:VIEW"),
)
# Ports above the base of what is not ours, or serves one installation alone. Kafka has two.
MAIL_OFFSET, SIGN_IN_OFFSET, MONGO_OFFSET, KAFKA_OFFSET, GATEWAY_OFFSET = 5, 6, 7, 8, 10

BY_NAME: Mapping[str, Process] = MappingProxyType({one.name: one for one in PROCESSES})
SERVICES: tuple[str, ...] = tuple(one.service for one in PROCESSES if one.side is Side.WEB)
# Who may write to the log: the services, the vault, and the command line for the administrator.
WRITERS: tuple[str, ...] = (*SERVICES, "admin", "registrar", "vault")
READ_MODELS: Mapping[str, Process] = MappingProxyType(
    {one.view_name: one for one in PROCESSES if one.side is Side.PROJECTION}
)


def sides(*wanted: Side) -> tuple[Process, ...]:
    """The processes of these kinds, in the order of the table."""
    return tuple(one for one in PROCESSES if one.side in wanted)


def view_of(name: str) -> "View[Any]":
    """The read model of this name.

    Raises:
        KeyError: there is no such read model.
    """
    view: View[Any] = READ_MODELS[name].load()
    return view
