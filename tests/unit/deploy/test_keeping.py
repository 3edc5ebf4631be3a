"""A start keeps to its data: what is remembered, asked for and there decides, in one table."""

import json
from pathlib import Path

import pytest

from deploy.embedded.find import Kafka, Mongo
from deploy.embedded.home import Home, LaunchError
from deploy.embedded.keeping.anew import UNFINISHED, begin_anew
from deploy.embedded.keeping.deciding import (
    Asked,
    Chosen,
    There,
    check_version,
    choose,
    remarks,
    unused,
)
from deploy.embedded.keeping.memory import KeptServer, Memory, memory_path, version_of
from deploy.embedded.keeping.taking import taken_by

HOME = Path("/h")
PY, RS = KeptServer("secantusd-py", "0.7.0b3"), KeptServer("secantusd-rs", "0.5.3-beta.196")
TANSU, APACHE = KeptServer("tansu", "0.1.2"), KeptServer("apache-kafka", "4.3.1")
THEIRS = KeptServer("external", address="mongodb://a.example:27017,b.example/?replicaSet=r")
LOCKED = KeptServer("external", address="mongodb://a.example/", bare=True)
KAFKA = KeptServer("external", address="k.example:9092")
FIRST = Chosen("auto", "auto", "caseledger")


def memory(mongo: KeptServer = PY, kafka: KeptServer = TANSU, prefix: str = "caseledger") -> Memory:
    return Memory(mongo, kafka, prefix)


def there(*logs: str, topic: bool = False) -> There:
    return There(HOME, logs, topic)


STARTS = {
    "first start": (None, Asked(), there(), FIRST),
    "first, by name": (
        *(None, Asked("secantusd-py", "tansu", "other"), there()),
        Chosen("secantusd-py", "tansu", "other"),
    ),
    "of before, by its folder": (
        *(None, Asked(), there("secantusd-py")),
        Chosen("secantusd-py", "auto", "caseledger"),
    ),
    "of before, with a topic on disk": (
        *(None, Asked(), there("secantusd-rs", topic=True)),
        Chosen("secantusd-rs", "apache-kafka", "caseledger"),
    ),
    "of before, asked for by its name": (
        *(None, Asked("secantusd-py"), there("secantusd-py")),
        Chosen("secantusd-py", "auto", "caseledger"),
    ),
    "remembered": (
        *(memory(), Asked(), there("secantusd-py")),
        Chosen("secantusd-py", "tansu", "caseledger"),
    ),
    "remembered, both folders hold something": (
        *(memory(RS), Asked(), there("secantusd-rs", "secantusd-py")),
        Chosen("secantusd-rs", "tansu", "caseledger"),
    ),
    "remembered prefix": (
        *(memory(prefix="office"), Asked(prefix=""), there("secantusd-py")),
        Chosen("secantusd-py", "tansu", "office"),
    ),
    "remembered address": (
        *(memory(THEIRS, KAFKA), Asked(), there()),
        Chosen(THEIRS.address, KAFKA.address, "caseledger"),
    ),
    "one member of the same replica set": (
        *(memory(THEIRS), Asked("mongodb://u:p@b.example:27017/"), there()),
        Chosen("mongodb://u:p@b.example:27017/", "tansu", "caseledger"),
    ),
    "an address whose password is given again": (
        *(memory(LOCKED), Asked("mongodb://u:p@a.example/"), there()),
        Chosen("mongodb://u:p@a.example/", "tansu", "caseledger"),
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_what_a_start_takes(name: str) -> None:
    kept, asked, found, chosen = STARTS[name]
    assert choose(kept, asked, found) == chosen


REFUSED = {
    "the other kind": (
        *(memory(), Asked("secantusd-rs"), there("secantusd-py")),
        ("secantusd-py", "secantusd-rs", "/h/data/secantusd-py", "move-log --to secantusd-rs"),
    ),
    "the other kind, folder not mounted": (
        *(memory(), Asked("secantusd-rs"), there()),
        ("secantusd-py", "secantusd-rs", "/h/data/secantusd-py"),
    ),
    "of before, the other kind": (
        *(None, Asked("secantusd-rs"), there("secantusd-py")),
        ("secantusd-py", "secantusd-rs", "/h/data/secantusd-py"),
    ),
    "of before, both hold something": (
        *(None, Asked(), there("secantusd-rs", "secantusd-py")),
        ("/h/data/secantusd-py", "/h/data/secantusd-rs", "nothing says which"),
    ),
    "of before, both, one by name": (
        *(None, Asked("secantusd-rs"), there("secantusd-rs", "secantusd-py")),
        ("/h/data/secantusd-py", "/h/data/secantusd-rs"),
    ),
    "an address instead of ours": (
        *(memory(), Asked("mongodb://u:secret@a.example/"), there("secantusd-py")),
        ("secantusd-py", "mongodb://a.example/", "/h/data/secantusd-py", "--moved"),
    ),
    "ours instead of an address": (
        *(memory(THEIRS), Asked("secantusd-py"), there()),
        ("a.example", "secantusd-py", "/h"),
    ),
    "another address": (
        *(memory(THEIRS), Asked("mongodb://c.example/"), there()),
        ("a.example", "c.example", "/h", "--moved"),
    ),
    "an address whose password is not kept": (
        *(memory(LOCKED), Asked(), there()),
        ("a.example", "its password is not kept", "CASELEDGER_MONGO"),
    ),
    "another Kafka": (
        *(memory(kafka=APACHE), Asked(kafka="tansu"), there("secantusd-py", topic=True)),
        ("apache-kafka", "tansu", "/h/data/kafka", "--moved"),
    ),
    "another Kafka's address": (
        *(memory(kafka=KAFKA), Asked(kafka="l.example:9092"), there("secantusd-py")),
        ("k.example:9092", "l.example:9092", "/h"),
    ),
    "another prefix": (
        *(memory(), Asked(prefix="caselegder"), there("secantusd-py")),
        ("'caseledger'", "'caselegder'", "/h"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_names_both_and_the_folder(name: str) -> None:
    kept, asked, found, words = REFUSED[name]
    with pytest.raises(LaunchError) as refused:
        choose(kept, asked, found)
    sentence = str(refused.value)
    assert refused.value.exit_code == 2
    assert [word for word in words if word not in sentence] == []
    assert "secret" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "asked",
    [Asked("mongodb://c.example/"), Asked("secantusd-rs"), Asked(kafka="tansu"), Asked(prefix="x")],
)
def test_who_moved_the_servers_says_so_and_is_given_what_was_asked_for(asked: Asked) -> None:
    kept = memory(THEIRS, APACHE)
    with pytest.raises(LaunchError):
        choose(kept, asked, there())
    chosen = choose(kept, asked, there(), moved=True)
    assert chosen.mongo == (asked.mongo or THEIRS.address)
    assert chosen.kafka == (asked.kafka or "apache-kafka")
    assert chosen.prefix == (asked.prefix or "caseledger")


def test_who_moved_says_it_in_vain_where_nothing_is_remembered() -> None:
    with pytest.raises(LaunchError):
        choose(None, Asked("secantusd-rs"), there("secantusd-py"), moved=True)


def test_auto_asks_for_nothing() -> None:
    environ = {"CASELEDGER_MONGO": "auto", "CASELEDGER_KAFKA": "auto"}
    assert Asked.from_env(environ) == Asked.from_env({}) == Asked()


@pytest.mark.parametrize(
    ("kept", "now", "older"),
    [
        ("0.5.3-beta.196", "0.5.3-beta.195", True),
        ("0.5.3-beta.196", "0.5.3-beta.1000", False),
        ("0.5.3", "0.5.3-beta.196", True),
        ("0.5.3-beta.196", "0.5.3", False),
        ("0.5.3", "0.5.3", False),
        ("0.10.0", "0.9.9", True),
    ],
)
def test_data_of_a_newer_server_are_not_given_to_an_older_one(
    kept: str, now: str, *, older: bool
) -> None:
    server = KeptServer("secantusd-rs", kept)
    if not older:
        check_version(server, now, there())
        return
    with pytest.raises(LaunchError, match=f"{kept}, and this installation has {now}") as refused:
        check_version(server, now, there())
    assert "/h/data/secantusd-rs" in str(refused.value)


def test_tansu_leaves_nothing_that_an_older_one_could_not_read() -> None:
    check_version(KeptServer("tansu", "9.9"), "0.1", there())


def test_a_better_server_and_another_version_are_said_in_one_line_each() -> None:
    have = frozenset({"secantusd-rs", "apache-kafka"})
    assert remarks(None, memory(RS, APACHE), have=have) == ()
    faster, kafka, version = remarks(
        memory(KeptServer("secantusd-py", "0.6")), memory(PY, TANSU), have=have
    )
    assert "move-log --to secantusd-rs" in faster
    assert "CASELEDGER_KAFKA=apache-kafka caseledger up --moved" in kafka
    assert version == "secantusd-py is 0.7.0b3 now, it was 0.6"


def test_data_that_lie_beside_those_that_are_used_are_said() -> None:
    (line,) = unused(there("secantusd-rs", "secantusd-py"), memory())
    assert line == "/h/data/secantusd-rs holds data of secantusd-rs that are not used"
    assert unused(there("secantusd-py"), memory()) == ()


def test_a_memory_is_read_as_it_was_written_and_holds_no_password(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert Memory.read(home) is None
    uri = "mongodb://user:secret@a.example/?authSource=admin&tlsCertificateKeyFile=/k"
    kept = Memory.of(Mongo("external", uri=uri), Kafka("external", servers="k:1"), "office")
    kept.write(home)
    assert Memory.read(home) == kept
    assert kept.mongo == KeptServer("external", address="mongodb://a.example/", bare=True)
    assert "secret" not in memory_path(home).read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["servers.json"]


def test_the_versions_of_our_servers_are_known() -> None:
    kinds = ("secantusd-py", "secantusd-rs", "tansu", "apache-kafka")
    assert all(version_of(kind) for kind in kinds)
    assert version_of("external") == ""


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"mongo": 1}', '{"form": 2, "prefix": "a", "mongo": {}, "kafka": {}}']
)
def test_a_memory_that_is_none_of_ours_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "servers.json").write_text(text)
    with pytest.raises(LaunchError, match=r"servers\.json cannot be read"):
        Memory.read(Home(tmp_path))
    written = {"mongo": {"kind": "tansu"}, "kafka": {"kind": "tansu"}, "prefix": "a", "form": 2}
    (tmp_path / "servers.json").write_text(json.dumps(written))
    with pytest.raises(LaunchError, match="newer code"):
        Memory.read(Home(tmp_path))


def test_an_empty_data_folder_holds_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.data("secantusd-rs").mkdir(parents=True)
    assert There.look(home) == There(tmp_path)
    (home.data("secantusd-rs") / "file").touch()
    home.data("kafka").mkdir()
    (home.data("kafka") / "file").touch()
    assert There.look(home) == There(tmp_path, ("secantusd-rs",), topic=True)


def test_a_choice_tells_all_processes_the_prefix_and_names_what_is_missing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    environ = {"XDG_CACHE_HOME": str(tmp_path / "none"), "CASELEDGER_MONGO": "mongodb://a/"}
    kept = Memory(KeptServer("external", address="mongodb://a/"), TANSU, "office")
    kept.write(home)
    taken = taken_by(home, environ)
    assert taken.environ["CASELEDGER_DATABASE_PREFIX"] == "office"
    assert (taken.mongo.uri, taken.kafka.kind) == ("mongodb://a/", "tansu")
    assert taken.notes == ()


def test_a_server_that_is_gone_is_missed_by_its_cases(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.data("secantusd-rs").mkdir(parents=True)
    (home.data("secantusd-rs") / "file").touch()
    sentence = "The cases of this home are in secantusd-rs .* is not built: run `make mongo`"
    with pytest.raises(Exception, match=sentence):
        taken_by(home, {"XDG_CACHE_HOME": str(tmp_path / "none")})


def test_beginning_anew_puts_the_home_aside_as_a_home_and_deletes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        assert begin_anew(home) is None, "a first start has nothing to put aside"
        for name in ("data/secantusd-py/x", "secrets/kek.key", "servers.json", "outbox/mail/1"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        aside = begin_anew(home)
    assert aside is not None
    for name in ("data/secantusd-py/x", "secrets/kek.key", "servers.json", "outbox/mail/1"):
        assert (aside / name).read_text() == name
        assert not (tmp_path / name).exists()
    assert Home(aside).data("secantusd-py").is_dir()
    assert (tmp_path / "lock").exists()


def test_beginning_anew_that_was_killed_puts_the_rest_to_the_first_part(tmp_path: Path) -> None:
    home = Home(tmp_path)
    part = tmp_path / UNFINISHED
    (part / "data").mkdir(parents=True)
    (part / "data" / "first").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "secrets").mkdir()
    with home.locked():
        aside = begin_anew(home)
    assert aside is not None
    assert not part.exists()
    assert (aside / "data" / "first").exists()
    assert {"secrets", "data.later"} <= {path.name for path in aside.iterdir()}
