"""Whether the locks hold what the requirements ask for, with hashes and without addresses.

`python -m deploy.checks.locks`. It asks no registry: a lock is stale when a requirement of its
`.in` file is absent from it or excludes the version in it, or when the locks disagree.
"""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path("requirements")
NAMES = ("runtime", "embedded", "dev")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|^-[fi] ", re.MULTILINE)


def wanted(name: str, folder: Path = FOLDER) -> list[Requirement]:
    """Requirements of an `.in` file, those it includes among them."""
    found: list[Requirement] = []
    for raw in (folder / f"{name}.in").read_text("utf-8").splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("-r "):
            found += wanted(line[3:].strip().removesuffix(".in"), folder)
        elif line:
            found.append(Requirement(line))
    return found


def findings(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the locks, a sentence each."""
    locks = {name: (folder / f"{name}.txt").read_text("utf-8") for name in NAMES}
    pins = {
        name: {canonicalize_name(found): version for found, version in _PIN.findall(text)}
        for name, text in locks.items()
    }
    wrong = [f"{name}.txt has an address in it" for name in NAMES if _ADDRESS.search(locks[name])]
    for name in NAMES:
        for one in wanted(name, folder):
            have = pins[name].get(canonicalize_name(one.name))
            if have is None:
                wrong.append(f"{name}.txt lacks {one.name}")
            elif not one.specifier.contains(have, prereleases=True):
                wrong.append(f"{name}.txt has {one.name} {have}, wanted {one.specifier}")
        unhashed = locks[name].count("==") > locks[name].count("--hash=sha256:")
        wrong += [f"{name}.txt has pins without hashes"] if unhashed else []
    for small, large in (("runtime", "embedded"), ("embedded", "dev")):
        wrong += [
            f"{small}.txt and {large}.txt disagree on {package}"
            for package, version in pins[small].items()
            if pins[large].get(package) != version
        ]
    return wrong


def main() -> int:
    """Say what is wrong; 1 when anything is."""
    wrong = findings()
    for sentence in wrong:
        sys.stderr.write(f"{sentence}: run `make lock`\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
