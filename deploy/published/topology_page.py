"""What is made from the topology: its page, and the processes of docker-compose.yml."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.topology import (
    GATEWAY_OFFSET,
    KAFKA_OFFSET,
    MAIL_OFFSET,
    MONGO_OFFSET,
    PROCESSES,
    SIGN_IN_OFFSET,
    Process,
    Side,
    sides,
)
from shared.config.needs import PROCESSES as NEEDS
from shared.config.needs import TOOLS

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
BEGIN = "  # BEGIN processes: made from deploy/topology.py by `make docs`.\n"
END = "  # END processes\n"
VOLUMES = "  # BEGIN volumes: made from deploy/topology.py by `make docs`.\n"
VOLUMES_END = "  # END volumes\n"
# Processes that keep something in files: text messages, refunds, the list of erasures.
KEEPING = ("intake-worker", "notify-worker")
# It decodes uploads: 160 MB each for a moment, on eight threads.
LARGE = "intake-web"
SERVED = (Side.WEB, Side.PAGES)
HEAD = """# Processes

This page is generated from `deploy/topology.py`: `make docs`. What each of them does, and what it
needs, is in [the architecture](../architecture.md).

Each process has a folder of secrets of its own with exactly the files named here, and ends with 2
where one is missing or another is there (`shared/config/needs.py`). In the embedded system a web
process has the public keys of our own token issuer besides (`jwks.json`). Notify's worker has the
password of a mail server (`smtp.password`) and the token of a provider of text messages
(`sms.token`) where its settings name a user and an address.

The port is added to `CASELEDGER_PORT_BASE` in the embedded system: HTTP for a web process;
`/livez`, `/readyz` and `/metrics` for the others. The role is that of `deploy/roles.json`. Consumer
groups stand here as in marks and parked rows; `<n>` is the number of the live generation.

| process | started by `python -P -m` | rooms | port | role | secrets | consumer groups |
| --- | --- | --- | --- | --- | --- | --- |
"""
SERVERS = f"""
| beside them | port |
| --- | --- |
| mail catcher (embedded) | {MAIL_OFFSET} |
| sign-in of made-up people (embedded) | {SIGN_IN_OFFSET} |
| payment gateway of made-up money (embedded) | {GATEWAY_OFFSET} |
| event log (embedded) | {MONGO_OFFSET} |
| Kafka (embedded) and its controller | {KAFKA_OFFSET}, {KAFKA_OFFSET + 1} |

Once, before the first start and after an update: `python -P -m deploy.processes.prepare`.
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
        _listed(sorted(NEEDS[one.name])),
        _listed(one.groups),
    )
    return f"| {' | '.join(cells)} |\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def compose() -> str:
    """docker-compose.yml with the processes and volumes of the topology between their marks."""
    text = COMPOSE.read_text("utf-8")
    services = [
        _prepare_lines(),
        *(_process_lines(one) for one in PROCESSES),
        _tool_lines("operator", "parked list", ("calendar", "state-operator")),
        _tool_lines("auditor", "audit verify", ()),
    ]
    processes = "\n".join("".join(f"{line}\n" for line in lines) for lines in services)
    text = _between(text, BEGIN, END, processes)
    return _between(text, VOLUMES, VOLUMES_END, "".join(f"  {name}:\n" for name in _volumes()))


def _between(text: str, begin: str, end: str, made: str) -> str:
    before, _, rest = text.partition(begin)
    return before + begin + made + end + rest.partition(end)[2]


def _volumes() -> list[str]:
    """Every volume of ours: each is written by one container alone."""
    keys = [f"keys-{name}" for name in (*NEEDS, *TOOLS)]
    state = [f"state-{name}" for name in (*KEEPING, "operator")]
    return sorted(["secrets", "calendar", *keys, *state])


def _prepare_lines() -> Iterator[str]:
    yield "  # Makes the keys, gives each process its share of them, makes the indexes; ends."
    yield "  prepare:"
    yield "    <<: *process"
    yield '    restart: "no"'
    yield "    command: [deploy.processes.prepare, --make-secrets, --hand-out, /keys]"
    yield "    environment:"
    yield "      <<: *settings"
    yield from _user("prepare")
    yield "    volumes:"
    yield "      - secrets:/secrets"
    yield from (f"      - keys-{name}:/keys/{name}" for name in (*NEEDS, *TOOLS))
    yield "    depends_on:"
    yield "      mongo-init: {condition: service_completed_successfully}"
    yield "      kafka: {condition: service_healthy}"


def _process_lines(one: Process) -> Iterator[str]:
    words = ", ".join(f'"{word}"' if "(" in word or ":" in word else word for word in one.words)
    yield f"  {one.name}:"
    yield "    <<: *process"
    yield "    command:"
    yield f"      [{words}]"
    yield "    environment:"
    yield "      <<: *settings"
    if one.service:
        yield f"      CASELEDGER_SERVICE: {one.service}"
    if one.side is Side.PAGES:
        yield from _of_pages()
    yield from _user(one.role)
    yield "    volumes:"
    yield f"      - keys-{one.name}:/secrets:ro"
    if one.side is not Side.PAGES:
        yield "      - calendar:/calendar:ro"
    if one.name in KEEPING:
        yield f"      - state-{one.name}:/state"
    if one.side in SERVED:
        port = f"${{{one.service.upper()}_PORT:?copy .env.example to .env}}"
        yield f'    ports: ["127.0.0.1:{port}:8000"]'
    if one.name == LARGE:
        yield "    mem_limit: 1536m"
    yield f"    healthcheck: *{'web-health' if one.side in SERVED else 'health'}"


def _of_pages() -> Iterator[str]:
    """What the portal is told: not where the log and Kafka are."""
    services = ",".join(f"{one.service}=http://{one.name}:8000" for one in sides(Side.WEB))
    yield '      CASELEDGER_LOG_URI: ""'
    yield '      CASELEDGER_KAFKA_SERVERS: ""'
    yield f"      CASELEDGER_SERVICES: {services}"
    yield "      CASELEDGER_PAGES: ${CASELEDGER_PAGES:?the address of the pages, https}"
    yield "      CASELEDGER_SIGN_IN: ${CASELEDGER_SIGN_IN:?your provider's discovery address}"
    yield "      CASELEDGER_SIGN_IN_CLIENT: ${CASELEDGER_SIGN_IN_CLIENT:-caseledger-portal}"


def _tool_lines(name: str, example: str, writes: Iterable[str]) -> Iterator[str]:
    """The command line with the rights and keys of a row of TOOLS."""
    yield f"  # The command line of the {name}: `docker compose run --rm {name} {example}`"
    yield f"  {name}:"
    yield "    <<: *process"
    yield '    restart: "no"'
    yield "    profiles: [tools]"
    yield "    entrypoint: [python, -P, -m, deploy.cli]"
    yield "    command: [--help]"
    yield "    environment:"
    yield "      <<: *settings"
    yield from _user(name)
    yield "    volumes:"
    yield f"      - keys-{name}:/secrets:ro"
    if "calendar" not in writes:
        yield "      - calendar:/calendar:ro"
    yield from (f"      - {volume}:/{volume.partition('-')[0]}" for volume in writes)


def _user(role: str) -> Iterator[str]:
    yield f"      CASELEDGER_DATABASE_USER: caseledger-{role}"
    password = f"${{MONGO_PASSWORD_{role.upper()}:?copy .env.example to .env}}"
    yield f"      CASELEDGER_DATABASE_PASSWORD: {password}"
