"""What is made from the topology: its page, and the processes of docker-compose.yml."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.topology import KAFKA_OFFSET, MAIL_OFFSET, MONGO_OFFSET, PROCESSES, Process, Side

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
BEGIN = "  # BEGIN processes: made from deploy/topology.py by `make docs`.\n"
END = "  # END processes\n"
HEAD = """# Processes

This page is generated from `deploy/topology.py`: `make docs`. What each of them does, and what it
needs, is in [the architecture](../architecture.md).

The port is added to `CASELEDGER_PORT_BASE` in the embedded system: HTTP for a web process;
`/livez`, `/readyz` and `/metrics` for the others. The role is that of `deploy/roles.json`. Consumer
groups stand here as in marks and parked rows; `<n>` is the number of the live generation.

| process | started by `python -m` | rooms | port | role | consumer groups |
| --- | --- | --- | --- | --- | --- |
"""
SERVERS = f"""
| beside them | port |
| --- | --- |
| mail catcher (embedded) | {MAIL_OFFSET} |
| event log (embedded) | {MONGO_OFFSET} |
| Kafka (embedded) and its controller | {KAFKA_OFFSET}, {KAFKA_OFFSET + 1} |

Once, before the first start and after an update: `python -m deploy.processes.prepare`.
"""


def page() -> str:
    """The page of processes."""
    return HEAD + "".join(_row(one) for one in PROCESSES) + SERVERS


def _row(one: Process) -> str:
    command = " ".join(f'"{word}"' if "(" in word else word for word in one.words)
    cells = (
        f"`{one.name}`",
        f"`{command}`",
        _listed(one.rooms),
        str(one.offset),
        one.role,
        _listed(one.groups),
    )
    return f"| {' | '.join(cells)} |\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def compose() -> str:
    """docker-compose.yml with the processes of the topology between its two marks."""
    before, _, rest = COMPOSE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    processes = "\n".join("\n".join(_compose_lines(one)) + "\n" for one in PROCESSES)
    return before + BEGIN + processes + END + after


def _compose_lines(one: Process) -> Iterator[str]:
    words = ", ".join(f'"{word}"' if "(" in word or ":" in word else word for word in one.words)
    role = one.role.upper()
    yield f"  {one.name}:"
    yield "    <<: *process"
    yield "    command:"
    yield f"      [{words}]"
    yield "    environment:"
    yield "      <<: *settings"
    if one.service:
        yield f"      CASELEDGER_SERVICE: {one.service}"
    yield (
        f"      CASELEDGER_LOG_URI: mongodb://caseledger-{one.role}:${{MONGO_PASSWORD_{role}}}"
        "@mongo:27017/?authSource=admin&replicaSet=caseledger"
    )
    if one.side is Side.WEB:
        yield f'    ports: ["127.0.0.1:${{{one.service.upper()}_PORT}}:8000"]'
    yield f"    healthcheck: *{'web-health' if one.side is Side.WEB else 'health'}"
