"""What proves a paper: its code, the statement in its QR, the limit on wrong codes, the keys."""

import datetime as dt
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from services.issuance.documents.papers import document_typed
from services.issuance.papers.limiting import WITHIN_S, WRONG, WrongCodes
from services.issuance.papers.signed.codes import paper_id, shown_code, typed_code
from services.issuance.papers.signed.statement import (
    NotGenuine,
    PaperStatement,
    masked,
    read_statement,
    sign_statement,
)
from shared.config import Secrets, SettingsError
from shared.config.needs import PROCESSES, TOOLS
from shared.config.paper_keys import AUTHORITY_KEY, KEY_SET, STATEMENT_KEY
from shared.config.secrets import create_missing
from shared.http import Problem

ROOT = Path(__file__).parents[3]
SAID = PaperStatement(
    code="abcdefghijklmnop",
    what="旅馆业特种行业许可证",
    holder="欧*",
    by="公安机关",
    day=dt.date(2026, 12, 21),
    number="2026000017X",
)


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    create_missing(tmp_path / "secrets")
    return Secrets.load(tmp_path / "secrets")


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check", ROOT / "docs/how-to/check_a_paper.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def signed(secrets: Secrets) -> str:
    kid, key = secrets.statement_key()
    return sign_statement(SAID, kid=kid, key=key)


def test_a_code_is_read_however_it_is_written_and_found_with_the_key_alone() -> None:
    one = paper_id(b"k" * 32, case="c1", kind="receipt", result="", of_version=1)
    assert typed_code(shown_code(one)) == one
    assert typed_code(shown_code(one).lower().replace("-", "")) == one
    assert typed_code("0BCD-1FGH-8JKL-MNOP") == "obcdifghbjklmnop"
    assert typed_code("ａｂｃｄ－ＥＦＧＨ—ijkl\u00a0mnop ") == "abcdefghijklmnop"
    assert typed_code("short") is None
    others = {
        paper_id(b"l" * 32, case="c1", kind="receipt", result="", of_version=1),
        paper_id(b"k" * 32, case="c2", kind="receipt", result="", of_version=1),
        paper_id(b"k" * 32, case="c1", kind="receipt", result="", of_version=2),
        paper_id(b"k" * 32, case="c1", kind="result", result="x", of_version=1),
    }
    assert len(others | {one}) == 5


def test_a_statement_is_read_with_the_published_keys_and_no_others(
    secrets: Secrets, tmp_path: Path
) -> None:
    text = signed(secrets)
    assert read_statement(text, secrets.paper_keys) == SAID
    create_missing(tmp_path / "other")
    head, body, mac = text.split(".")
    with pytest.raises(NotGenuine):
        read_statement(text, Secrets.load(tmp_path / "other").paper_keys)
    for forged in (f"{head}.{body[:-2]}AA.{mac}", f"{head}.{body}.", "x", f"{body}.{head}.{mac}"):
        with pytest.raises(NotGenuine):
            read_statement(forged, secrets.paper_keys)


def test_the_script_says_the_same_with_the_key_set_alone(
    secrets: Secrets, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, text = secrets.folder / KEY_SET, f"https://x.example/v/abc#{signed(secrets)}"
    check = script()
    assert check.main([str(keys), text]) == check.GENUINE
    shown = capsys.readouterr().out
    assert "旅馆业特种行业许可证" in shown
    assert "欧*" in shown
    assert check.main([str(keys), text[:-4]]) == check.FORGED
    assert check.main([]) == check.USAGE
    swapped = json.loads(keys.read_bytes())
    swapped["keys"][0]["kid"] = "paper-9"
    assert check.statement(swapped, text) is None


def test_a_new_statement_key_is_published_beside_the_old_ones(secrets: Secrets) -> None:
    text = signed(secrets)
    (secrets.folder / STATEMENT_KEY).unlink()
    create_missing(secrets.folder)
    assert [one.kid for one in secrets.paper_keys.keys] == ["paper-1", "paper-2"]
    assert secrets.statement_key()[0] == "paper-2"
    assert read_statement(text, secrets.paper_keys) == SAID
    before = (secrets.folder / KEY_SET).read_bytes()
    create_missing(secrets.folder)
    assert (secrets.folder / KEY_SET).read_bytes() == before


def test_a_key_that_is_not_published_signs_nothing(secrets: Secrets) -> None:
    known = msgspec.json.decode((secrets.folder / KEY_SET).read_bytes())
    (secrets.folder / KEY_SET).write_bytes(msgspec.json.encode({**known, "keys": []}))
    with pytest.raises(SettingsError, match=r"not in papers\.json"):
        secrets.statement_key()


def test_no_process_and_no_tool_has_the_authority_s_key() -> None:
    rows = {**PROCESSES, **TOOLS}
    assert [name for name, files in rows.items() if AUTHORITY_KEY in files] == []
    assert [name for name, files in rows.items() if STATEMENT_KEY in files] == ["issuance-worker"]


def test_a_name_is_masked_to_its_first_character() -> None:
    assert [masked(name) for name in ("张三", "欧阳·𠮷䶮", "𠮷田")] == ["张*", "欧*", "𠮷*"]


def test_who_guesses_is_stopped_for_a_while_and_nobody_else() -> None:
    now = [0.0]
    wrong = WrongCodes(lambda: now[0])
    for _ in range(WRONG):
        wrong.note("a")
    with pytest.raises(Problem) as stopped:
        wrong.note("a")
    assert stopped.value.headers["Retry-After"] == str(int(WITHIN_S) + 1)
    wrong.note("b")
    now[0] = WITHIN_S
    wrong.note("a")


def test_a_document_is_found_however_its_id_is_written() -> None:
    written = "ABCD-efgh ijkl－MNOP" * 2
    assert document_typed(written) == "abcdefghijklmnop" * 2
    assert document_typed("d0c") == "d0c"
