"""The system of docker-compose.yml in a project of its own: up, what its containers do, down."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.embedded.probe import free_port
from deploy.topology import SERVICES
from tests.containers.commands import ROOT, Failed, eventually, run

PROJECT = "caseledger-stage"
BUILD_S, UP_S, HEALTHY_S, DOWN_S, COMMAND_S = 400, 240, 180, 120, 90
FILES = ("docker-compose.yml", "tests/containers/compose.yml")
# what would break an address, a shell or a file of settings
HARD = "p@ss/w:rd%1?x=y&# z"
ISSUER = "https://issuer.invalid"


@dataclass
class System:
    """One project of compose; `images` names those of others, `program` is compose."""

    program: tuple[str, ...]
    folder: Path
    images: Mapping[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    commands: int = 0

    def write_settings(self) -> None:
        """`.env` as the how-to has it: production, with passwords of the hardest kind."""
        example = (ROOT / ".env.example").read_text("utf-8")
        self.ports = {
            f"{name.upper()}_PORT": free_port() for name in ("portal", *SERVICES, "issuer")
        }
        given = {
            "CASELEDGER_JWKS": "/issuer/jwks.json",
            "CASELEDGER_ISSUER": ISSUER,
            "CASELEDGER_SIGN_IN": f"{ISSUER}/.well-known/openid-configuration",
            "CASELEDGER_PAGES": "https://cases.invalid",
            "CASELEDGER_TRUSTED_HOSTS": "cases.invalid",
            "MONGO_REPLICA_KEY": secrets.token_hex(24),
            **{name: str(port) for name, port in self.ports.items()},
            **self.images,
        }
        for name in re.findall(r"^(MONGO_(?:ROOT_)?PASSWORD[A-Z_]*)=$", example, re.MULTILINE):
            given[name] = f"'{HARD}{secrets.token_hex(8)}'"
        told = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)) | given
        lines = "".join(f"{name}={value}\n" for name, value in told.items())
        path = self.folder / "env"
        path.touch(mode=0o600)
        path.write_text(lines, "utf-8")

    def compose(self, *words: str, timeout_s: float, may_fail: bool = False) -> str:
        """Run compose on this project."""
        files = [word for name in FILES for word in ("-f", name)]
        own = ("-p", PROJECT, "--project-directory", str(ROOT))
        env = ("--env-file", str(self.folder / "env"))
        return run(
            *self.program,
            *own,
            *env,
            *files,
            *words,
            timeout_s=timeout_s,
            environ={"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"},
            may_fail=may_fail,
        )

    def up(self) -> None:
        """Build and start it, and wait until all of it is healthy."""
        self.compose("build", timeout_s=BUILD_S)
        self.compose("up", "-d", timeout_s=UP_S)
        self.wait_until_healthy()

    def down(self) -> None:
        """Remove it with its volumes; what was not there is no failure."""
        words = ("--profile", "tools", "down", "-v", "--remove-orphans", "-t", "20")
        self.compose(*words, timeout_s=DOWN_S, may_fail=True)

    def volumes(self) -> list[str]:
        """The volumes of this project that are there."""
        label = f"label=com.docker.compose.project={PROJECT}"
        return run("docker", "volume", "ls", "-q", "--filter", label, timeout_s=20).split()

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine says of each service's container."""
        label = f"label=com.docker.compose.project={PROJECT}"
        ids = run("docker", "ps", "-a", "-q", "--filter", label, timeout_s=20).split()
        if not ids:
            return {}
        found = json.loads(run("docker", "inspect", *ids, timeout_s=20))
        named = {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}
        return {name: one for name, one in named.items() if name not in {"auditor", "operator"}}

    def sick(self) -> list[str]:
        """Each service that is not as it should be, and how it is."""
        states = {name: one["State"] for name, one in self.containers().items()}
        wrong = []
        for name, state in sorted(states.items()):
            health = state.get("Health", {}).get("Status", "")
            ended = state["Status"] == "exited" and state["ExitCode"] == 0 and not health
            if (state["Status"], health) != ("running", "healthy") and not ended:
                wrong.append(f"{name} is {state['Status']} {health}".strip())
        return wrong or ([] if states else ["there is no container"])

    def wait_until_healthy(self) -> None:
        """Wait for every health check.

        Raises:
            Failed: naming each service that is not healthy, with the end of its log.
        """
        eventually(lambda: not self.sick(), HEALTHY_S, self._lacking)

    def _lacking(self) -> str:
        parts = []
        for one in self.sick():
            name = one.partition(" ")[0]
            log = self.compose("logs", "--tail=15", name, timeout_s=20, may_fail=True)
            parts.append(f"{one}\n{log}")
        return "\n".join(parts)

    def inside(self, service: str, *words: str) -> str:
        """Run a program in the container of a service."""
        return self.compose("exec", "-T", service, *words, timeout_s=COMMAND_S)

    def command_line(self, tool: str, *words: str) -> dict[str, Any]:
        """The JSON answer of the command line with the rights of a tool."""
        self.commands += 1
        words = ("run", "--rm", "--no-deps", "-T", tool, *words, "--json")
        said = self.compose(*words, timeout_s=COMMAND_S, may_fail=True)
        try:
            found: dict[str, Any] = json.loads(said)
        except ValueError as error:
            raise Failed(f"{' '.join(words)} answers no JSON: {said[-400:]}") from error
        return found

    def started(self) -> int:
        """How many containers were started so far, each start again and each command counted."""
        return self.commands + sum(1 + one["RestartCount"] for one in self.containers().values())

    def restarts(self, service: str) -> int:
        """How often the engine has started the container of a service again."""
        return int(self.containers()[service]["RestartCount"])

    def kill(self, service: str) -> None:
        """Kill the main process, as a crash would: the engine must start the container again.

        `docker kill` would count as a stop by hand, after which the engine lets it be.
        """
        before = self.restarts(service)
        script = "read -r main _ < /proc/1/task/1/children; kill -9 $main"
        self.compose(
            "exec", "-T", service, "bash", "-c", script, timeout_s=COMMAND_S, may_fail=True
        )
        eventually(
            lambda: self.restarts(service) > before,
            COMMAND_S,
            lambda: f"{service} was killed and not started again",
        )

    def network(self) -> str:
        """The network that all are on."""
        return next(iter(self.containers()["mongo"]["NetworkSettings"]["Networks"]))

    def cut_off(self, service: str) -> None:
        """Take a container off the network."""
        container = self.containers()[service]["Id"]
        run("docker", "network", "disconnect", self.network(), container, timeout_s=30)

    def connect(self, service: str, network: str) -> None:
        """Put a container back, under its name."""
        container = self.containers()[service]["Id"]
        run("docker", "network", "connect", "--alias", service, network, container, timeout_s=30)

    def address(self, service: str) -> str:
        """Where a web process, or the issuer, is published."""
        return f"http://127.0.0.1:{self.ports[f'{service.upper()}_PORT']}"

    def gateway_key(self) -> bytes:
        """The key that the payment gateway signs with, from the container that checks it."""
        line = self.inside("intake-web", "cat", "/secrets/gateway.key").split()
        if not line:
            raise Failed("intake-web has no gateway key")
        return bytes.fromhex(line[0])
