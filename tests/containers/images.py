"""The images of others that our files name: stand-ins made from packages, or the published ones.

A stand-in has a name of its own, and the variables of docker-compose.yml say so: an engine that
belongs to somebody keeps its `mongo:8.2`. The name ends with a digest of what it was made from, so
that it is made once.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.embedded.find import ServerMissingError, find_kafka, find_mongo
from tests.containers.commands import Failed, NotHere, install, run, there

FOLDER = Path(__file__).parent / "stand_ins"
OFFICIAL = "CASELEDGER_CONTAINERS_OFFICIAL"
PACKAGES = (
    *("python3", "python3-venv", "python3-pip", "python3-pymongo", "ca-certificates"),
    *("openjdk-17-jre-headless", "gosu", "procps", "libstdc++6"),
)
BOOTSTRAP_S, BUILD_S, PULL_S = 600, 300, 600
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
VARIABLES = {"python": "PYTHON_IMAGE", "kafka": "KAFKA_IMAGE", "mongo": "MONGO_IMAGE"}


def images(cache: Path) -> dict[str, str]:
    """A value for each variable that names an image of others; empty for the published ones.

    Raises:
        NotHere: the stand-ins cannot be made on this machine. Failed: they were not.
    """
    if os.environ.get(OFFICIAL) or os.geteuid() != 0:
        return {}  # compose pulls them, and is red where it cannot
    base = _base(cache)
    return {variable: _stand_in(name, base, cache) for name, variable in VARIABLES.items()}


def _base(cache: Path) -> str:
    """One file system with every package that a stand-in needs."""
    release = _release()
    name = f"caseledger-stand-in/base:{_digest(release.encode(), *(p.encode() for p in PACKAGES))}"
    if _is_there(name):
        return name
    if not there("debootstrap"):
        install("debootstrap")
    root = cache / "base"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    words = ("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}")
    try:
        run(*words, release, str(root), *_mirror(release), timeout_s=BOOTSTRAP_S)
        for file in (root / "var" / "cache" / "apt" / "archives").glob("*.deb"):
            file.unlink()
        with subprocess.Popen(("tar", "-C", str(root), "-c", "."), stdout=subprocess.PIPE) as tar:
            done = subprocess.run(
                ("docker", "import", "-", name),
                stdin=tar.stdout,
                capture_output=True,
                timeout=BUILD_S,
                check=False,
            )
        if done.returncode or tar.returncode:
            raise Failed(f"The base of the stand-ins was not imported: {done.stderr.decode()}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return name


def _release() -> str:
    """The name of this machine's own release."""
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    told = dict(line.partition("=")[::2] for line in lines)
    release = told.get("VERSION_CODENAME", "").strip('"')
    if not release or not there("apt-get"):
        raise NotHere(f"the stand-ins are made from Debian's packages: say {OFFICIAL}=1 here")
    return release


def _mirror(release: str) -> tuple[str, ...]:
    """Where this machine has its packages from; debootstrap's own choice where apt does not say."""
    told = run(
        *("apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"),
        *("Created-By: Packages",),
        timeout_s=20,
        may_fail=True,
    )
    rows = [line.split() for line in told.splitlines()]
    found = [row[2] for row in rows if row[:2] == [release, "main"] and len(row) > 2]
    return tuple(found[:1])


def _stand_in(name: str, base: str, cache: Path) -> str:
    context = cache / f"context-{name}"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(FOLDER / name, context)
    try:
        {"python": _add_python, "kafka": _add_jars, "mongo": _add_server}[name](context)
        files = sorted(path for path in context.rglob("*") if path.is_file())
        tag = _digest(base.encode(), *(path.read_bytes() for path in files))
        image = f"caseledger-stand-in/{name}:{tag}"
        if not _is_there(image):
            run(
                *("docker", "build", "-q", "-t", image, "--build-arg", f"BASE={base}"),
                str(context),
                timeout_s=BUILD_S,
                environ={"DOCKER_BUILDKIT": "0"},
            )
        return image
    finally:
        shutil.rmtree(context, ignore_errors=True)


def _add_python(context: Path) -> None:
    """This machine's certificates and settings of pip: a build asks where the machine asks."""
    shutil.copy(CERTIFICATES, context / "ca-certificates.crt")
    told = run(sys.executable, "-m", "pip", "config", "list", timeout_s=30, may_fail=True)
    pairs = [line.partition("=")[::2] for line in told.splitlines()]
    wanted = {
        name.rpartition(".")[2]: value.strip("'")
        for name, value in pairs
        if name.rpartition(".")[2] in {"index-url", "extra-index-url", "trusted-host", "proxy"}
    }
    lines = ["[global]", *(f"{name} = {value}" for name, value in wanted.items())]
    (context / "pip.conf").write_text("\n".join(lines) + "\n", "utf-8")


def _add_jars(context: Path) -> None:
    try:
        kafka = find_kafka({**os.environ, "CASELEDGER_KAFKA": "apache-kafka"})
    except ServerMissingError as missing:
        raise NotHere(f"the stand-in of Kafka needs its jars: {missing}") from missing
    shutil.copytree(kafka.libs, context / "libs")


def _add_server(context: Path) -> None:
    try:
        mongo = find_mongo({**os.environ, "CASELEDGER_MONGO": "secantusd-rs"})
    except ServerMissingError as missing:
        raise NotHere(f"the stand-in of MongoDB needs secantusd-rs: {missing}") from missing
    shutil.copy(mongo.program, context / "secantusd-rs")


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:12]


def _is_there(image: str) -> bool:
    return bool(run("docker", "image", "ls", "-q", image, timeout_s=20).strip())
