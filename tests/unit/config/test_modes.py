"""What each mode refuses: production nothing that is there to try the system out."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from deploy.cli.trial.tokens import token
from deploy.keys import hand_out
from deploy.processes import prepare
from deploy.topology import BY_NAME
from shared.config import Settings, SettingsError, create_missing
from shared.config.modes import LOCAL_ISSUER, LOCAL_KEY_ID, MODES, check_mode
from shared.security import local_issuer
from shared.security.local_issuer import LocalIssuer

GOOD = {
    "CASELEDGER_MODE": "production",
    "CASELEDGER_JWKS": "https://issuer.example/keys",
    "CASELEDGER_ISSUER": "https://issuer.example/",
    "CASELEDGER_TRUSTED_HOSTS": "cases.example,127.0.0.1",
    "CASELEDGER_LOG_URI": "mongodb://caseledger-intake:d41d8cd9@mongo:27017/?authSource=admin",
}
BAD = {
    "CASELEDGER_ISSUER": (LOCAL_ISSUER, f"CASELEDGER_ISSUER is {LOCAL_ISSUER}"),
    "CASELEDGER_JWKS": ("http://issuer.example/", "CASELEDGER_JWKS is fetched over http://"),
    "CASELEDGER_TRUSTED_HOSTS": ("a.example,*", "CASELEDGER_TRUSTED_HOSTS has *"),
    "CASELEDGER_LOG_URI": (
        "mongodb://caseledger-intake:change-me-intake@mongo/",
        "CASELEDGER_LOG_URI has a published password",
    ),
    "CASELEDGER_DATABASE_PASSWORD": (
        "change-me-intake",
        "CASELEDGER_DATABASE_PASSWORD is a published password",
    ),
}


def settings(**more: str) -> Settings:
    return Settings.from_env(GOOD | more)


def refusal(given: Settings, *, web: bool = True) -> str:
    with pytest.raises(SettingsError) as told:
        check_mode(given, web=web)
    return str(told.value)


def test_good_settings_are_taken() -> None:
    check_mode(settings(), web=True)
    check_mode(settings(), web=False)


@pytest.mark.parametrize("name", BAD)
def test_production_refuses_each_thing_of_the_laptop(name: str) -> None:
    value, sentence = BAD[name]
    # views and vault have the log's address unless they are given: keep the sentence to one
    uris = {"CASELEDGER_VIEWS_URI": "mongodb://views/", "CASELEDGER_VAULT_URI": "mongodb://vault/"}
    assert refusal(settings(**{name: value}, **uris)) == f"Not in mode production: {sentence}."


def test_all_are_named_at_once_and_a_process_without_web_is_asked_for_passwords_alone() -> None:
    bad = settings(**{name: value for name, (value, _) in BAD.items()})
    told = refusal(bad)
    assert all(sentence in told for _, sentence in BAD.values())
    assert "CASELEDGER_VAULT_URI has a published password" in told
    alone = refusal(bad, web=False)
    assert alone.count("published password") == 4
    assert "ISSUER" not in alone


def test_hosts_must_be_named() -> None:
    assert "CASELEDGER_TRUSTED_HOSTS is empty" in refusal(settings(CASELEDGER_TRUSTED_HOSTS=""))


def test_the_defaults_are_refused() -> None:
    told = refusal(Settings.from_env({}))
    for name in ("JWKS", "ISSUER", "TRUSTED_HOSTS"):
        assert f"CASELEDGER_{name} " in told


def test_a_copy_of_our_issuers_keys_is_known_and_another_file_is_taken(tmp_path: Path) -> None:
    LocalIssuer(tmp_path).create()
    copied = tmp_path / "elsewhere.json"
    copied.write_bytes((tmp_path / "jwks.json").read_bytes())
    told = refusal(settings(CASELEDGER_JWKS=str(copied)))
    assert told.endswith("CASELEDGER_JWKS has keys of the embedded system's issuer.")
    copied.write_text('{"keys": [{"kid": "of-another", "kty": "OKP"}]}', "utf-8")
    check_mode(settings(CASELEDGER_JWKS=str(copied)), web=True)
    copied.write_text("none yet", "utf-8")
    check_mode(settings(CASELEDGER_JWKS=str(copied)), web=True)


def test_a_trial_needs_an_issuer_outside_and_is_allowed_the_rest() -> None:
    bad = {name: value for name, (value, _) in BAD.items()} | {"CASELEDGER_MODE": "trial"}
    check_mode(settings(**bad), web=True)
    told = refusal(settings(**bad | {"CASELEDGER_JWKS": ""}))
    assert told == "Not in mode trial: CASELEDGER_JWKS names no keys of an issuer of yours."
    check_mode(replace(Settings.from_env({}), mode="embedded"), web=True)


def test_another_mode_is_refused() -> None:
    told = refusal(settings(CASELEDGER_MODE="demo"))
    assert told == f"CASELEDGER_MODE is 'demo': give {', '.join(MODES)}."


def test_the_names_are_those_of_our_issuer(tmp_path: Path) -> None:
    assert local_issuer.ISSUER == LOCAL_ISSUER
    LocalIssuer(tmp_path).create()
    text = (tmp_path / "jwks.json").read_text("utf-8")
    assert re.findall(r'"kid":"([^"]*)"', text)[0].startswith(LOCAL_KEY_ID)


@pytest.mark.parametrize("mode", ["production", "trial", ""])
def test_prepare_makes_no_issuer_and_no_token_is_given(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASELEDGER_MODE", mode)
    prepare.make_secrets(tmp_path)
    assert (tmp_path / "kek.key").exists()
    assert not (tmp_path / "issuer.ed25519").exists()
    assert not (tmp_path / "jwks.json").exists()
    if mode:  # without one the command line speaks of the embedded system
        with pytest.raises(typer.Exit) as ended:
            token(as_="officer")
        assert ended.value.exit_code == 2
        assert f"In mode {mode} tokens are not ours to give" in capsys.readouterr().err


def test_the_embedded_system_makes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_MODE", "embedded")
    prepare.make_secrets(tmp_path)
    assert (tmp_path / "issuer.ed25519").exists()


@pytest.mark.parametrize("process", ["review-web", "review-worker"])
def test_a_real_process_ends_with_two_and_one_sentence(process: str, tmp_path: Path) -> None:
    create_missing(tmp_path / "secrets")
    hand_out(tmp_path / "secrets", tmp_path / "keys", local=False)
    row = BY_NAME[process]
    environ = {name: value for name, value in os.environ.items() if "CASELEDGER" not in name}
    environ |= GOOD | {name: value for name, (value, _) in BAD.items()}
    environ |= {
        "CASELEDGER_SERVICE": row.service,
        "CASELEDGER_SECRETS_DIR": str(tmp_path / "keys" / process),
    }
    ended = subprocess.run(
        [sys.executable, "-P", "-m", *row.words],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("Not in mode production: ")
    assert ended.stderr.count("\n") == 1
    assert ("CASELEDGER_TRUSTED_HOSTS has *" in ended.stderr) is (process == "review-web")
