"""The compose file: valid, complete, and giving each process no more than it needs."""

import json
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.topology import PROCESSES, SERVICES, Side
from shared.config import Settings
from shared.config.needs import PROCESSES as PROCESSES_NEEDS
from shared.config.needs import TOOLS
from tests.support import servers

ROOT = Path(__file__).parents[3]
OUR_IMAGE = "caseledger:0.1.0"
SCHEMA = ROOT / "tests" / "data" / "compose-spec" / "compose-spec.json"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def roles() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "deploy" / "roles.json").read_text("utf-8"))
    return loaded


def of(roles: dict[str, Any], name: str) -> list[dict[str, Any]]:
    own: list[dict[str, Any]] = roles["roles"][name]
    return [*roles["common"], *own] if name in roles["with_common"] else own


def test_the_compose_file_is_valid(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(compose)


def test_every_process_of_the_system_is_in_it(compose: dict[str, Any]) -> None:
    wanted = {one.name for one in PROCESSES}
    wanted |= {"kafka", "mongo", "mongo-init", "prepare", "mail", *TOOLS}
    assert set(compose["services"]) == wanted


def test_everything_that_keeps_running_has_a_health_check(compose: dict[str, Any]) -> None:
    ends = {"mongo-init", "prepare", *TOOLS}
    without = {n for n, one in compose["services"].items() if "healthcheck" not in one} - ends
    assert without == set()


def test_our_processes_run_without_privileges_on_a_read_only_root(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        if one["image"].startswith("caseledger:"):
            assert one["read_only"], name
            assert one["cap_drop"] == ["ALL"], name
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)


def test_every_port_is_open_on_the_loopback_alone(compose: dict[str, Any]) -> None:
    ports = [port for one in compose["services"].values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_variable_stands_in_the_example(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    given = set(
        re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    assert used <= given


def test_every_setting_it_names_exists(compose: dict[str, Any]) -> None:
    known = {f"CASELEDGER_{name.upper()}" for name in Settings.__dataclass_fields__}
    known |= {
        "CASELEDGER_FORWARDED_IPS",
        "CASELEDGER_BIND",
        "CASELEDGER_WEB_THREADS",
        "CASELEDGER_WEB_WORKERS",
    }
    for one in compose["services"].values():
        named = {key for key in one.get("environment", {}) if key.startswith("CASELEDGER_")}
        assert named <= known


def test_each_process_signs_in_with_the_role_of_its_row(
    compose: dict[str, Any], roles: dict[str, Any]
) -> None:
    wanted = {one.name: one.role for one in PROCESSES} | {name: name for name in TOOLS}
    for name, role in {**wanted, "prepare": "prepare"}.items():
        environment = compose["services"][name]["environment"]
        assert environment["CASELEDGER_DATABASE_USER"] == f"caseledger-{role}"
        password = environment["CASELEDGER_DATABASE_PASSWORD"]
        assert password.startswith(f"${{MONGO_PASSWORD_{role.upper()}:?")
        assert "@" not in environment["CASELEDGER_LOG_URI"], "a password would have to be escaped"
        assert role in roles["roles"]


def test_the_image_is_built_once_and_pulled_never(compose: dict[str, Any]) -> None:
    ours = {n: one for n, one in compose["services"].items() if one["image"] == OUR_IMAGE}
    assert {n for n, one in ours.items() if "build" in one} == {"mongo-init"}
    assert {one["pull_policy"] for n, one in ours.items() if n != "mongo-init"} == {"never"}


def test_the_tests_run_on_the_images_that_compose_names(compose: dict[str, Any]) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    images = {"mongo": servers.MONGO_IMAGE, "kafka": servers.KAFKA_IMAGE}
    for name, image in images.items():
        variable = f"{name.upper()}_IMAGE"
        assert compose["services"][name]["image"] == f"${{{variable}:-{image}}}"
        assert f"\n{variable}={image}\n" in example


def test_the_tests_follow_the_variables_of_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "docker_answers", lambda _environ: True)
    named = {"MONGO_IMAGE": "registry.example/mongo:8", "KAFKA_IMAGE": "registry.example/kafka:4"}
    assert servers.choose_mongo(named).kind == named["MONGO_IMAGE"]
    assert servers.choose_kafka(named).kind == named["KAFKA_IMAGE"]
    assert servers.choose_mongo({}).kind == servers.MONGO_IMAGE


def test_everything_has_limits_a_first_process_and_a_log_that_ends(
    compose: dict[str, Any],
) -> None:
    for name, one in compose["services"].items():
        assert one["init"] is True, name
        assert one["mem_limit"], name
        assert one["pids_limit"] > 0, name
        assert one["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert "no-new-privileges:true" in one["security_opt"], name


# What the published images declare as volumes: each must have a name or be in memory.
DECLARED = {
    "kafka": {"/etc/kafka/secrets", "/mnt/shared/config"},
    "mongo": {"/data/db", "/data/configdb"},
}


@pytest.mark.parametrize("name", DECLARED)
def test_no_volume_is_made_without_a_name(compose: dict[str, Any], name: str) -> None:
    one = compose["services"][name]
    kept = {where for where, _ in mounts(one).values()}
    memory = {entry.partition(":")[0] for entry in one["tmpfs"]}
    assert DECLARED[name] <= kept | memory


def test_a_health_check_starts_no_java_and_no_shell_of_the_database(
    compose: dict[str, Any],
) -> None:
    for name in ("kafka", "mongo"):
        check = compose["services"][name]["healthcheck"]["test"]
        assert check[:3] == ["CMD", "bash", "-c"]
        assert "/dev/tcp/" in check[3]


def test_nothing_of_the_example_is_a_password_and_no_start_goes_without_one() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    given = dict(re.findall(r"^(MONGO_(?!IMAGE)[A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert len(given) == 11
    assert set(given.values()) == {""}
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    secret = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:\?|:-|\})", text)
    needed = {name for name, how in secret if how == ":?"}
    ports = {f"{service.upper()}_PORT" for service in ("portal", *SERVICES)}
    names = ("JWKS", "ISSUER", "TRUSTED_HOSTS", "PAGES", "SIGN_IN")
    named = {f"CASELEDGER_{name}" for name in names}
    assert needed == {*given, *named, *ports, "KAFKA_CLUSTER_ID"}
    assert not {name for name, how in secret if how == "}"}, (
        "an absent .env would only be warned of"
    )
    assert not {name for name, how in secret if name in needed and how != ":?"}


def test_the_page_draws_every_password(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "run-with-compose.md").read_text("utf-8")
    script = page.partition("```sh\n")[2].partition("docker compose")[0]
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    bash = shutil.which("bash")
    if bash is None or shutil.which("openssl") is None:
        pytest.skip("bash and openssl are needed to run the page's lines")
    subprocess.run([bash, "-c", script], cwd=tmp_path, check=True)
    drawn = dict(
        re.findall(
            r"^(MONGO_(?!IMAGE)[A-Z_]+)=(.*)$", (tmp_path / ".env").read_text("utf-8"), re.MULTILINE
        )
    )
    assert len(set(drawn.values())) == 11
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in drawn.values())


def test_the_trial_gives_the_web_processes_public_keys_and_nothing_else(
    compose: dict[str, Any],
) -> None:
    trial = yaml.safe_load((ROOT / "docker-compose.trial.yml").read_text("utf-8"))
    assert set(trial["services"]) == {one.name for one in PROCESSES if one.side is Side.WEB}
    for one in trial["services"].values():
        assert one == {"volumes": ["./.caseledger/secrets/jwks.json:/issuer/jwks.json:ro"]}
    assert compose["services"]["intake-web"]["environment"]["CASELEDGER_MODE"].endswith(
        ":-production}"
    )


def mounts(one: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Where each named volume of a service is, and whether the service may write to it."""
    parts = [volume.split(":") for volume in one.get("volumes", ()) if volume[0] not in "./"]
    return {name: (where, mode != ["ro"]) for name, where, *mode in parts}


def test_no_volume_is_written_by_two_processes(compose: dict[str, Any]) -> None:
    writing: dict[str, set[str]] = {}
    for name, one in compose["services"].items():
        for volume, (_, may_write) in mounts(one).items():
            writing.setdefault(volume, set()).update({name} if may_write else ())
    assert {volume: who for volume, who in writing.items() if len(who) != 1} == {}
    assert set(writing) == set(compose["volumes"])


def test_each_process_has_its_own_folder_of_secrets_and_prepare_makes_them(
    compose: dict[str, Any],
) -> None:
    holders = {*PROCESSES_NEEDS, *TOOLS}
    assert "volumes" not in compose["services"]["mongo-init"]
    for name, one in compose["services"].items():
        at_secrets = {volume for volume, (where, _) in mounts(one).items() if where == "/secrets"}
        if name in holders:
            assert at_secrets == {f"keys-{name}"}
        else:
            assert at_secrets == ({"secrets"} if name == "prepare" else set())
    made = {where for where, _ in mounts(compose["services"]["prepare"]).values()}
    assert made == {"/secrets", *(f"/keys/{name}" for name in holders)}
    command = compose["services"]["prepare"]["command"]
    assert command[1:] == ["--make-secrets", "--hand-out", "/keys"]


def test_every_mounted_folder_is_made_in_the_image_for_its_user(compose: dict[str, Any]) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    made = set(
        re.findall(r"(?<=\s)/[a-z/-]+", dockerfile.partition("install -d")[2].partition("COPY")[0])
    )
    for one in compose["services"].values():
        if one["image"].startswith("caseledger:"):
            assert {where for where, _ in mounts(one).values()} <= made


def test_every_file_that_a_process_reads_is_installed_with_the_packages() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["*"]
    left_out = {
        str(path.relative_to(ROOT))
        for package in ("deploy", "services", "shared")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
        if not any(fnmatch(path.name, pattern) for pattern in patterns)
    }
    assert left_out == {"deploy/Dockerfile"}


def test_nobody_may_change_or_remove_a_commit(roles: dict[str, Any]) -> None:
    for name in roles["roles"]:
        allowed = {
            action
            for row in of(roles, name)
            if row["database"] == "" and row["collection"] in {"", "commits"}
            for action in row["actions"]
        }
        assert not allowed & {"update", "remove", "dropCollection", "collMod"}, name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_find_insert_and_list_indexes_on_commits_and_nothing_more(
    roles: dict[str, Any], service: str
) -> None:
    rows = [row for row in of(roles, service) if row["database"] == ""]
    assert all(row["collection"] for row in rows), "no right on the whole log database"
    commits = [row["actions"] for row in rows if row["collection"] == "commits"]
    assert commits == [["find", "insert", "listIndexes"]]
