"""The locks are whole, hashed, agree with one another, and name no registry."""

from pathlib import Path

import pytest

from deploy.checks.locks import findings

ROOT = Path(__file__).parents[3]


def test_the_locks_of_this_repository_are_right() -> None:
    assert findings(ROOT / "requirements") == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runtime.in").write_text("flask==3.1.3\n")
    (tmp_path / "embedded.in").write_text("-r runtime.in\n")
    (tmp_path / "dev.in").write_text("-r embedded.in\n")
    for name in ("runtime", "embedded", "dev"):
        (tmp_path / f"{name}.txt").write_text("flask==3.1.3 \\\n    --hash=sha256:00\n")
    assert findings(tmp_path) == []
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("runtime.txt", "", "lacks flask"),
        ("runtime.txt", "flask==3.1.2 \\\n --hash=sha256:00\n", "wanted ==3.1.3"),
        ("runtime.txt", "flask==3.1.3\n", "without hashes"),
        ("dev.txt", "flask==3.1.4 \\\n --hash=sha256:00\n", "disagree on flask"),
        ("dev.txt", "-i x\nflask==3.1.3 \\\n --hash=sha256:00\n", "has an address"),
    ],
)
def test_a_stale_or_telling_lock_is_named(
    folder: Path, name: str, text: str, sentence: str
) -> None:
    (folder / name).write_text(text)
    assert any(sentence in found for found in findings(folder))
