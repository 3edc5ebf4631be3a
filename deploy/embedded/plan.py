"""Which processes the embedded system consists of, and how each one says that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deploy.embedded.commands import Place, kafka_argv, kafka_environ, mongo_argv
from deploy.embedded.find import Kafka, Mongo
from deploy.embedded.home import Home, LaunchError, Ports, anchored
from deploy.embedded.keeping.memory import Memory
from deploy.embedded.keeping.taking import taken_by
from deploy.embedded.probe import (
    http_answers,
    http_problems,
    kafka_nodes,
    mongo_answers,
    port_is_free,
    smtp_answers,
)
from deploy.embedded.supervisor import REFUSED, Child
from deploy.topology import PROCESSES, SERVICES, Process, Side

# The order of stopping: who takes commands first, who keeps the data last.
WEB, WORKER, PROJECTION, SEQUENCER, MAIL, KAFKA, MONGO = range(7)
PREPARE = "prepare"
LAST_BYTES = 16 * 1024  # of a log, to find the last line in
# The portal knows neither the log nor Kafka, whatever the shared settings say.
NOT_FOR_PAGES = frozenset(
    f"CASELEDGER_{name}" for name in ("LOG_URI", "VIEWS_URI", "VAULT_URI", "KAFKA_SERVERS")
)
STAGES = {
    Side.WEB: WEB,
    Side.PAGES: WEB,
    Side.WORKER: WORKER,
    Side.PROJECTION: PROJECTION,
    Side.SEQUENCER: SEQUENCER,
}


@dataclass(frozen=True)
class Plan:
    """The system to be: its servers, where they are, and the children to keep running.

    `memory` is to be remembered once the log was found to be this home's own; `notes` are for the
    person who starts.
    """

    home: Home
    ports: Ports
    mongo: Mongo
    kafka: Kafka
    children: tuple[Child, ...]
    memory: Memory
    notes: tuple[str, ...] = ()

    @property
    def mongo_uri(self) -> str:
        """Address of the event log."""
        return mongo_uri(self.mongo, self.ports)

    @property
    def kafka_servers(self) -> str:
        """Bootstrap servers of Kafka."""
        return kafka_servers(self.kafka, self.ports)

    @property
    def pages(self) -> str:
        """Address of the pages, and of all that is behind it."""
        return pages_address(self.ports)

    @property
    def payments(self) -> str:
        """Address of the payment gateway that takes made-up money."""
        return gateway_address(self.ports)

    @property
    def services(self) -> dict[str, str]:
        """Address of each service."""
        return {name: f"http://127.0.0.1:{self.ports.web(name)}" for name in SERVICES}


def pages_address(ports: Ports) -> str:
    """Address of the pages."""
    return f"http://127.0.0.1:{ports.pages}"


def paper_address(pages: str) -> str:
    """The portal's page on which anybody checks a paper, at this address of the pages."""
    return f"{pages.rstrip('/')}/verify"


def discovery_address(ports: Ports) -> str:
    """Where the made-up OpenID provider says what it offers."""
    return f"http://127.0.0.1:{ports.sign_in}/.well-known/openid-configuration"


def gateway_address(ports: Ports) -> str:
    """Where the payment gateway that takes made-up money has its pages."""
    return f"http://127.0.0.1:{ports.gateway}"


def mongo_uri(mongo: Mongo, ports: Ports) -> str:
    """Address of the event log: ours, or the one that was given."""
    return mongo.uri or f"mongodb://127.0.0.1:{ports.mongo}/?directConnection=true"


def kafka_servers(kafka: Kafka, ports: Ports) -> str:
    """Bootstrap servers: ours, or those that were given."""
    return kafka.servers or f"127.0.0.1:{ports.kafka}"


def make_plan(
    home: Home, environ: Mapping[str, str], *, moved: bool = False, anew: bool = False
) -> Plan:
    """Choose the servers that hold this home's cases and write down every process.

    Raises:
        LaunchError: when a port is in use, or other servers are asked for than those of this home.
        ServerMissingError: when a server is not here.
    """
    ports, taken = Ports.from_env(environ), taken_by(home, environ, moved=moved)
    mongo, kafka, environ = taken.mongo, taken.kafka, taken.environ
    refuse_busy_ports(ports, mongo, kafka)
    ground = _Ground(home, ports, mongo, kafka, environ, anew=anew)
    children = (
        *ground.mongo_server(),
        ground.prepare(),
        *ground.kafka_server(),
        ground.mail(),
        ground.sign_in(),
        ground.gateway(),
        *(ground.ours(process) for process in PROCESSES),
    )
    ours = tuple(replace(child, folder=home.path) for child in children)
    return Plan(home, ports, mongo, kafka, ours, taken.memory, taken.notes)


def settings_environ(
    home: Home, environ: Mapping[str, str], mongo: Mongo, kafka: Kafka
) -> dict[str, str]:
    """The settings that all our processes share; what the user set beside them stays."""
    ports = Ports.from_env(environ)
    return {
        **anchored(environ),
        "CASELEDGER_HOME": str(home.path),
        "CASELEDGER_MODE": "embedded",
        "CASELEDGER_SECRETS_DIR": str(home.secrets),
        "CASELEDGER_LOG_URI": mongo_uri(mongo, ports),
        "CASELEDGER_PORTAL_URI": mongo_uri(mongo, ports),
        "CASELEDGER_KAFKA_SERVERS": kafka_servers(kafka, ports),
        "CASELEDGER_SMTP": f"127.0.0.1:{ports.mail}",
        "CASELEDGER_PAPER_ADDRESS": environ.get("CASELEDGER_PAPER_ADDRESS")
        or paper_address(environ.get("CASELEDGER_PAGES") or pages_address(ports)),
        "CASELEDGER_PAY_URL": environ.get("CASELEDGER_PAY_URL") or f"{gateway_address(ports)}/pay",
        "CASELEDGER_CHECKPOINT_S": environ.get("CASELEDGER_CHECKPOINT_S", "2"),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }


def refuse_busy_ports(ports: Ports, mongo: Mongo, kafka: Kafka) -> None:
    """Say which port somebody else has before anything is started.

    Raises:
        LaunchError: naming the ports.
    """
    ours = [ports.mail, ports.sign_in, ports.gateway]
    ours += [ports.base + process.offset for process in PROCESSES]
    ours += [ports.mongo] if mongo.kind != "external" else []
    ours += [ports.kafka, ports.kafka + 1] if kafka.kind != "external" else []
    busy = sorted(port for port in ours if not port_is_free(port))
    if busy:
        raise LaunchError(
            f"Port {', '.join(map(str, busy))} is in use by another program: end it, or choose "
            f"other ports with CASELEDGER_PORT_BASE (now {ports.base}).",
            exit_code=2,
        )


@dataclass(frozen=True)
class _Ground:
    """What every child is made from."""

    home: Home
    ports: Ports
    mongo: Mongo
    kafka: Kafka
    environ: Mapping[str, str]
    anew: bool

    def mongo_server(self) -> tuple[Child, ...]:
        """The event log, unless its address was given."""
        if self.mongo.kind == "external":
            return ()
        place = Place(self.home.data(self.mongo.kind), self.ports.mongo, 0, self.log("mongo"))
        ready = partial(mongo_answers, "127.0.0.1", self.ports.mongo)
        argv = mongo_argv(self.mongo, place)
        return (Child("mongo", argv, self.environ, place.log, ready, stage=MONGO),)

    def kafka_server(self) -> tuple[Child, ...]:
        """Kafka, unless its address was given."""
        if self.kafka.kind == "external":
            return ()
        port = self.ports.kafka
        place = Place(self.home.data("kafka"), port, port + 1, self.log("kafka"))
        argv, environ = kafka_argv(self.kafka, place), kafka_environ(self.environ)
        ready = partial(_kafka_answers, port)
        return (Child("kafka", argv, environ, place.log, ready, stage=KAFKA),)

    def prepare(self) -> Child:
        """Indexes and collections, and each process's keys, before any process looks at them."""
        after = () if self.mongo.kind == "external" else ("mongo",)
        argv = (*_python("deploy.processes.prepare"), "--hand-out", str(self.home.keys))
        told = {"--empty": self.anew, "--own-kafka": self.kafka.kind != "external"}
        argv = (*argv, *(word for word, holds in told.items() if holds))
        log = self.log("prepare")
        ends = partial(_problem, log, 0)
        return Child(
            PREPARE, argv, self.settings(), log, _never, after, MAIL, once=True, problem=ends
        )

    def mail(self) -> Child:
        """The mail catcher."""
        port = self.ports.mail
        argv = (*_python("deploy.processes.mail"), str(port), str(self.home.mail))
        ready = partial(smtp_answers, port)
        return Child("mail", argv, self.settings(), self.log("mail"), ready, stage=MAIL)

    def ours(self, process: Process) -> Child:
        """A process of the topology."""
        port = self.ports.base + process.offset
        words = process.words
        environ = self.settings(
            CASELEDGER_SERVICE=process.service,
            CASELEDGER_SECRETS_DIR=str(self.home.keys / process.name),
        )
        if process.side in {Side.WEB, Side.PAGES}:
            words = (*words, "--bind", f"127.0.0.1:{port}")
            counters = self.home.path / "metrics" / process.service
            environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
            environ["CASELEDGER_WEB_THREADS"] = self.environ.get("CASELEDGER_WEB_THREADS", "4")
        else:  # it tells its health on a port of its own
            environ["CASELEDGER_HEALTH_PORT"] = str(port)
        if process.side is Side.PAGES:
            environ = self.of_pages(environ)
        argv = (sys.executable, "-P", "-m", *words)
        return self._asked(process.name, argv, environ, STAGES[process.side], port)

    def of_pages(self, environ: Mapping[str, str]) -> dict[str, str]:
        """A process's settings for the portal: services, sign-in and its own database alone."""
        kept = {name: value for name, value in environ.items() if name not in NOT_FOR_PAGES}
        services = (
            f"{one.service}=http://127.0.0.1:{self.ports.base + one.offset}"
            for one in PROCESSES
            if one.side is Side.WEB
        )
        return {
            "CASELEDGER_SIGN_IN": discovery_address(self.ports),
            **kept,
            "CASELEDGER_SERVICES": ",".join(services),
        }

    def sign_in(self) -> Child:
        """The OpenID provider whose people are made up; its key is that of `caseledger token`."""
        port = self.ports.sign_in
        words = ("shared.http.process.serve", "deploy.embedded.provider.app:create()")
        environ = self.settings(
            CASELEDGER_SERVICE="",
            CASELEDGER_SIGN_IN=discovery_address(self.ports),
            CASELEDGER_PAGES=self.environ.get("CASELEDGER_PAGES", pages_address(self.ports)),
            CASELEDGER_WEB_WORKERS="1",  # codes that were given out are in its memory
            CASELEDGER_WEB_THREADS="4",
        )
        argv = (*_python(words[0]), words[1], "--bind", f"127.0.0.1:{port}")
        return self._asked("sign-in", argv, environ, MAIL, port)

    def gateway(self) -> Child:
        """The payment gateway that takes made-up money; it signs with the installation's key."""
        port = self.ports.gateway
        words = ("shared.http.process.serve", "deploy.embedded.gateway.app:create()")
        environ = self.settings(
            CASELEDGER_SERVICE="",
            CASELEDGER_SECRETS_DIR=str(self.home.keys / "gateway"),
            CASELEDGER_SERVICES=f"intake=http://127.0.0.1:{self.ports.web('intake')}",
            CASELEDGER_PAGES=self.environ.get("CASELEDGER_PAGES", pages_address(self.ports)),
            CASELEDGER_WEB_WORKERS="1",  # one thread tells intake, in the order of the books
            CASELEDGER_WEB_THREADS="4",
        )
        argv = (*_python(words[0]), words[1], "--bind", f"127.0.0.1:{port}")
        return self._asked("gateway", argv, environ, MAIL, port)

    def settings(self, **more: str) -> dict[str, str]:
        """The settings that all our processes share, and some of one process alone."""
        return settings_environ(self.home, self.environ, self.mongo, self.kafka) | more

    def log(self, name: str) -> Path:
        """Log file of a process."""
        return self.home.logs / f"{name}.log"

    def _asked(
        self, name: str, argv: tuple[str, ...], environ: dict[str, str], stage: int, port: int
    ) -> Child:
        """A child that says over HTTP whether it is ready; it starts when the log is prepared."""
        return Child(
            name=name,
            argv=argv,
            environ=environ,
            log=self.log(name),
            ready=partial(http_answers, port, "/readyz"),
            after=(PREPARE,),
            stage=stage,
            health=f"http://127.0.0.1:{port}/readyz",
            problem=partial(_problem, self.log(name), port),
        )


def _python(module: str) -> tuple[str, ...]:
    """Run a module of the installation: -P, so that no folder's code comes before it."""
    return (sys.executable, "-P", "-m", module)


def _never() -> bool:
    return False


def _problem(log: Path, port: int, code: int | None) -> str:
    """What no waiting mends of a process of ours: said over HTTP, or its last words.

    A process that may not run with these settings on this log writes one sentence and ends with 2.
    """
    if code is None:
        return " ".join(http_problems(port, "/readyz"))
    if code != REFUSED:
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LAST_BYTES))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"it ended with {code} and said nothing: see {log}"


def _kafka_answers(port: int) -> bool:
    return bool(kafka_nodes("127.0.0.1", port))
