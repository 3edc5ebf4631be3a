"""Any number of sequencers may run: each says how it is under a name of its own."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.processes import sequencer
from deploy.processes.running import Process
from shared.config import Secrets, Settings, create_missing


class Made(Exception):
    """The sequencer was made with these options; nothing runs."""


def name_of_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    def made(*_parts: Any, **options: Any) -> None:
        raise Made(options.get("name", "sequencer"))

    class Anything:
        def __getattr__(self, _name: str) -> Any:
            return self

    loads = SimpleNamespace(load=lambda *_parts: None)
    monkeypatch.setattr(sequencer, "SigningKey", loads)
    monkeypatch.setattr(sequencer, "cut_over_needed", lambda _secrets: False)
    counts = SimpleNamespace(keep=lambda: 4)
    monkeypatch.setattr(sequencer, "lane_count", lambda *_parts: counts)
    monkeypatch.setattr(sequencer, "Checkpointer", lambda *_parts: None)
    monkeypatch.setattr(sequencer, "Sequencer", made)
    anything: Any = Anything()
    with pytest.raises(Made) as raised:
        sequencer.work(Process("sequencer", settings, anything, anything, anything))
    return str(raised.value)


def test_two_processes_on_a_host_have_two_names_and_keep_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [name_of_process(Settings(health_port=p), monkeypatch) for p in (9301, 9302, 9301)]
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize(
    ("kafka", "lane", "good", "problems"),
    [
        ("ok", "", True, []),
        ("away", "", False, []),
        ("refused", "", False, ["The topic has 8 partitions."]),
        ("ok", "Lane 0 was restored.", False, ["Lane 0 was restored."]),
    ],
)
def test_what_is_certain_is_a_problem_and_an_outage_is_none(
    kafka: str,
    lane: str,
    good: bool,  # noqa: FBT001
    problems: list[str],
) -> None:
    status = {"kafka": kafka, "lanes": [{"problem": lane, "compared": True}]}
    said: Any = SimpleNamespace(
        status=lambda: status | {"kafka_problem": "The topic has 8 partitions."}
    )
    expected = (good, {"ready": good, "kafka": kafka, "problems": problems})
    assert sequencer.ready(said) == expected


def test_it_is_not_ready_before_every_lane_was_compared_with_its_partition() -> None:
    lanes = [{"problem": "", "compared": True}, {"problem": "", "compared": False}]
    said: Any = SimpleNamespace(status=lambda: {"kafka": "ok", "lanes": lanes})
    assert sequencer.ready(said) == (False, {"ready": False, "kafka": "ok", "problems": []})


def test_before_the_cut_over_it_ends_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "writer-intake.key").write_text(f"{'11' * 32}\n", "ascii")
    create_missing(tmp_path)
    monkeypatch.setattr(sequencer, "Sequencer", None)
    anything: Any = None
    process = Process("sequencer", Settings(), Secrets.load(tmp_path), anything, anything)
    with pytest.raises(SystemExit) as ended:
        sequencer.work(process)
    assert ended.value.code == 2
    assert "deploy.processes.cutover" in capsys.readouterr().err
