"""`python -m tests.broken [--seed N] [--rows 20] [--row R-087]… [--all]`: rows broken one by one.

In a copy of the tree each row's edit is made, and the tests marked with the row are run: one of
them must fail. It ends with 1 where one stays green, or fails for another reason than the row.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.published.marks import RowMark, marks_of
from tests.broken import ROOT, Edit, edits, places

LEFT_OUT = (".git", ".venv", ".*_cache", "__pycache__", ".caseledger", ".hypothesis", "build")
# What an edit must not cause: then anything would be red, whatever the tests look at.
TOO_HARD = ("CatalogueError", "ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")
# Plugins that no marked test needs: loading them takes longer than the tests of a row.
WITHOUT = ("cacheprovider", "schemathesis", "hypothesispytest", "xdist", "anyio")
LONGEST_S = 300
PACKAGES = ("deploy", "services", "shared", "tests")


def proofs_of(marks: Sequence[RowMark], row: str) -> list[str]:
    """The tests that prove a row, as pytest is given them; unit tests alone where there are any."""
    named = [f"{m.file}::{m.test}" for m in marks if m.number == row and not m.why_not]
    return [name for name in named if name.startswith("tests/unit/")] or named


def copy_of_the_tree(folder: Path) -> Path:
    """A copy whose packages are the ones that Python imports there; RuntimeError where not."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
    script = f"import {', '.join(PACKAGES)}\nfor one in {', '.join(PACKAGES)}: print(one.__file__)"
    imported = run([sys.executable, "-c", script], tree).stdout.split()
    if imported != [str(tree / name / "__init__.py") for name in PACKAGES]:
        raise RuntimeError(f"Python imports other packages than those of the copy: {imported}")
    return tree


def run(command: Sequence[str], tree: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in the copy, with the packages of the copy before the installed ones."""
    # Wide enough that pytest cuts no reason off, and no compiled file outlives an edit.
    env = {**os.environ, "COLUMNS": "500", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    return subprocess.run(
        command, cwd=tree, env=env, check=False, capture_output=True, text=True, timeout=LONGEST_S
    )


def pytest_of(tests: Sequence[str], tree: Path) -> subprocess.CompletedProcess[str]:
    """Run these tests in the copy."""
    options = ["-q", "-rf", "--no-header", "--tb=no"]
    plugins = [word for name in WITHOUT for word in ("-p", f"no:{name}")]
    return run([sys.executable, "-m", "pytest", *options, *plugins, *tests], tree)


def verdict(status: int, output: str) -> str:
    """What is wrong with a run on a broken row; empty where a test failed as it should."""
    failed = re.findall(r"^FAILED .*$", output, re.MULTILINE)
    if status == 0:
        return "STAYS GREEN"
    if status != 1 or not failed:
        return f"ENDS WITH {status} AND NO FAILED TEST"
    if all(any(word in line for word in TOO_HARD) for line in failed):
        return "FAILS FOR ANOTHER REASON"
    return ""


def broken(row: str, edit: Edit, tests: Sequence[str], tree: Path) -> str:
    """Break a row, run its tests, mend it again; what is wrong, else empty."""
    (place,) = places(edit, tree)
    whole = place.read_text("utf-8")
    place.write_text(whole.replace(edit.before, edit.after), encoding="utf-8")
    try:
        done = pytest_of(tests, tree)
    finally:
        place.write_text(whole, encoding="utf-8")
    wrong = verdict(done.returncode, done.stdout)
    red = sorted({*re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE)})
    say(f"{row} {wrong or 'red'}: {place.relative_to(tree)}: {', '.join(red) or '-'}")
    if wrong:
        say(done.stdout[-2000:] + done.stderr[-2000:])
    return wrong


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def drawn(known: Mapping[str, Edit], asked: argparse.Namespace) -> list[str]:
    """The rows to break: the named ones, all, or so many drawn by the seed."""
    if asked.row:
        return list(asked.row)
    if asked.all:
        return list(known)
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    say(f"seed {seed}")
    return sorted(random.Random(seed).sample(sorted(known), min(asked.rows, len(known))))  # noqa: S311


def main(argv: Sequence[str]) -> int:
    """Break rows one by one; 1 where one is not red."""
    parser = argparse.ArgumentParser(prog="python -m tests.broken")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--row", action="append", choices=list(edits()))
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args(argv)
    known, marks = edits(), marks_of(ROOT / "tests").found
    rows = {row: proofs_of(marks, row) for row in drawn(known, asked)}
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(Path(folder).resolve())
        whole = pytest_of(sorted({test for tests in rows.values() for test in tests}), tree)
        if whole.returncode != 0:
            say(f"The tests are not green before anything is broken:\n{whole.stdout[-4000:]}")
            return 1
        wrong = [row for row, tests in rows.items() if broken(row, known[row], tests, tree)]
    say(f"{len(rows) - len(wrong)} of {len(rows)} broken rows are red")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
