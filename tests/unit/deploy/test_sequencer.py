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
    ("lanes", "elsewhere", "kafka", "good"),
    [
        ([{"problem": None}], False, "ok", True),
        ([], True, "ok", True),
        ([], False, "ok", False),
        ([], True, "away", False),
        ([{"problem": None}], False, "away", False),
    ],
)
def test_it_is_ready_with_lanes_or_as_a_standby_of_others(
    lanes: list[Any], *, elsewhere: bool, kafka: str, good: bool
) -> None:
    standing: Any = SimpleNamespace(
        status=lambda: {"lanes": lanes, "kafka": kafka}, stands_by=lambda _now: elsewhere
    )
    ready, told = sequencer.ready(standing)
    assert ready is told["ready"] is good
    assert told["standby"] is elsewhere


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
