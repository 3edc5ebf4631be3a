"""Puts crash points and weakenings into our processes from outside: the product has no flag.

On PYTHONPATH of a fault test's processes. After an import of one of the named modules, methods of
it are wrapped. A file `<folder>/<process>.<point>` makes the point act, once where it is a crash;
`<folder>/weaken` names the protections that processes started from then on do without.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False
# Untyped: it bends what others made, whatever its types are.
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ANN204, PLC0415
import importlib.abc
import importlib.util
import os
import sys
import uuid
from collections import Counter
from pathlib import Path

FOLDER = Path(os.environ.get("FAULTS_DIR") or "/nonexistent")
CRASHED = 137


def who():
    """The name that the launcher gives this process."""
    service, words = os.environ.get("CASELEDGER_SERVICE", ""), " ".join(sys.orig_argv)
    if "deploy.processes.projection worklists" in words:  # else it would take what is for another
        return "worklists"
    for name in ("sequencer", "projection", "prepare", "mail"):
        if f"deploy.processes.{name}" in words:
            return name
    if "shared.http.process.serve" in words:
        return f"{service}-web"
    return f"{service}-worker" if "deploy.processes.worker" in words else "other"


WHO = who()
if WHO == "notify-worker" and os.environ.get("FAULTS_SMTP"):
    os.environ["CASELEDGER_SMTP"] = os.environ["FAULTS_SMTP"]  # the launcher names the catcher
TIMES: Counter[str] = Counter()


def flag(point):
    """Path of the file that switches a point on."""
    return FOLDER / f"{WHO}.{point}"


def due(point):
    """Take the file away; True for the one who did. A number in it lets so many pass first."""
    path = flag(point)
    try:
        wait = int(path.read_text() or 0)
    except (FileNotFoundError, ValueError):
        return False
    TIMES[point] += 1
    if TIMES[point] <= wait:
        return False
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    TIMES[point] = 0
    with (FOLDER / "happened").open("a") as out:
        out.write(f"{WHO}.{point}\n")
    return True


def crash(point):
    """Die here as by SIGKILL, if it is asked for."""
    if due(point):
        os._exit(CRASHED)


def before(cls, name, act):
    """Call `act(self, *args)` first."""
    old = getattr(cls, name)

    def method(self, *args, **more):
        act(self, *args)
        return old(self, *args, **more)

    setattr(cls, name, method)


def after(cls, name, act):
    """Give the result to `act(self, result)`, which returns the one to be used."""
    old = getattr(cls, name)

    def method(self, *args, **more):
        return act(self, old(self, *args, **more))

    setattr(cls, name, method)


def instead(where, name, new):
    """Replace what must be there: a weakening that reaches nothing would prove nothing."""
    getattr(where, name)
    setattr(where, name, new)


def crashing(point):
    """An `act` for `after`: die once it is done."""

    def act(_self, result):
        crash(point)
        return result

    return act


# ---- faults: modules and what is done to them


def store(module):
    after(module.CommitStore, "insert", crashing("appended"))


def ledger(module):
    after(module.Ledger, "insert", crashing("assigned"))


def mark(module):
    before(module.PublishedMark, "move", lambda *_: crash("acked"))
    if weak("fence"):

        def move(self, position):
            self._documents.update_one({"_id": self._id}, {"$set": {"position": position}})
            return True

        instead(module.PublishedMark, "move", move)


def feed(module):
    from pymongo.errors import OperationFailure

    def lost(self, *_):
        if due("history-lost"):
            self.close()
            raise OperationFailure("Resume of change stream was not possible.", 286)

    before(module.LogFeed, "read", lost)


def handling(module):
    def about_to_save(_self, lane):
        if lane.mark > lane.saved:
            crash("handled")

    before(module.Handling, "save", about_to_save)
    if weak("parking"):
        instead(module.Handling, "_park", lambda *_more, **_named: None)
    if weak("mark-after"):
        old = module.Handling.run

        def run(self, lane, positions, keep_on):
            self._marks.raise_to(self._group.name, lane.number, positions[-1].number)
            old(self, lane, positions, keep_on)

        instead(module.Handling, "run", run)


def group(module):
    def digest(_self, received):
        crash("begun")
        if due("raise"):
            raise RuntimeError("a fault test says so")
        try:
            poison = flag("poison").read_text()
        except FileNotFoundError:
            return
        if poison == received.stream:
            raise ValueError("a fault test says so")

    before(module.Group, "run", digest)


def numbers(module):
    after(module.Numbers, "reserve", crashing("reserved"))
    if weak("owner"):
        old = module.Numbers._reserve
        instead(module.Numbers, "of", lambda *_: None)

        def reserve(self, owner, **more):
            stranger = module.Owner(f"{owner.case}-{uuid.uuid4().hex}", owner.grant, owner.issue)
            return old(self, stranger, **more)

        instead(module.Numbers, "_reserve", reserve)


def paying(module):
    placed = module.placed

    def place(*args, **more):
        crash("claimed")
        return placed(*args, **more)

    instead(module, "placed", place)
    if weak("claim"):

        def by_each_case(desk, body, told):
            wanted = module.RecordPayment(**module._money(body))
            done = module.executed(desk, module.case_stream(body["case"]), told, wanted)
            return module.answer(done, case=body["case"])

        instead(module, "take_payment", by_each_case)


def consumer_kafka(module):
    def drop(_self, found):
        if not flag("drop").exists():
            return found
        if flag("drop").read_text() == "all":
            return {}
        return {lane: [r for r in got if r.position % 3] for lane, got in found.items()}

    def shuffle(_self, found):
        if not flag("shuffle").exists():
            return found
        return {lane: [*got[1::2], *reversed(got[::2])] for lane, got in found.items()}

    after(module.KafkaSource, "poll", drop)
    after(module.KafkaSource, "poll", shuffle)
    if interval := os.environ.get("FAULTS_MAX_POLL_MS"):
        old = module.member_config
        module.member_config = lambda options: {
            **old(options),
            "max_poll_interval_ms": int(interval),
        }


def kafka_producer(module):
    def silent(_self, result):
        due("silent")
        return result

    # kafka-python asks for no new id afterwards, and sends nothing for ever (3.0.12).
    after(module.TransactionManager, "reset_producer_id", silent)


# ---- weakenings alone


def reading(module):
    if weak("gaps"):

        def filled(_ledger, _lane, positions, _rows, **_more):
            return [type(p)(p.number, p.stream, p.first_version, p.values or ()) for p in positions]

        instead(module, "filled", filled)


def publish(module):
    if weak("compare"):

        def compare(self, _now):
            self._flight.clear()
            self._resume(self.mark, 0)
            self._next_compare = float("inf")
            self._generation = self._outlet.generation
            self.compared = True
            return True

        instead(module.Publisher, "_compare", compare)


def outlet(module):
    if weak("new-producer"):

        def keep(self, generation, _why):
            with self._lock:  # every lane still compares and resumes, by the same producer
                self.generation += generation == self.generation

        instead(module.Outlet, "throw_away", keep)


def lane_count(module):
    if weak("lane-number"):  # what the process was told, whatever the log says of itself
        instead(module.LaneCount, "_read", lambda self: self._told or self._default)


def broker(module):
    if weak("partitions"):
        instead(module.KafkaBroker, "_fits", lambda *_: None)


def lane(module):
    if weak("catching-up"):
        old = module.Lane.assign_step

        def step(self):
            self._scan_wanted = False
            return old(self)

        instead(module.Lane, "assign_step", step)
        instead(module.Lane, "sweep_due", lambda *_: False)


def door(module):
    if weak("door"):
        believing = module.Opened

        def everything(self, documents, _places=None):
            found = (module.open_stored(document, self._keys()) for document in documents)
            return [believing(commit=one.commit, digest=one.digest) for one in found]

        instead(module.Door, "open", everything)


def digests(module):
    if weak("command-id"):
        instead(module, "http_command_id", lambda *_: f"http:{uuid.uuid4().hex}")


def projector(module):
    def begin(self, batch):
        # A claimed payment changes no document: dying before it leaves nothing behind.
        if any(self._view.place_of(one.stream, one.event.data) is not None for one in batch):
            crash("begun")

    before(module.Projector, "__call__", begin)


PATCHES = {
    "shared.eventlog.door": door,
    "shared.eventlog.lanes.count": lane_count,
    "shared.eventlog.store": store,
    "shared.relay.ledger.ledger": ledger,
    "shared.relay.publish.mark": mark,
    "shared.relay.assign.feed": feed,
    "shared.relay.publish.publish": publish,
    "shared.relay.publish.outlet": outlet,
    "shared.relay.process.lane": lane,
    "shared.messaging.consumer.handling": handling,
    "shared.messaging.consumer.group": group,
    "shared.kafka.broker": broker,
    "shared.kafka.consuming": consumer_kafka,
    "shared.messaging.consumer.reading": reading,
    "shared.security.digests": digests,
    "services.issuance.numbers.store": numbers,
    "services.intake.money.paying": paying,
    "shared.projection.projector": projector,
    "kafka.producer.transaction_manager": kafka_producer,
}


def weak(name):
    """Whether this process is to do without a protection."""
    try:
        return name in (FOLDER / "weaken").read_text().split()
    except FileNotFoundError:
        return False


class Patched(importlib.abc.Loader):
    """Loads a module as its own loader does, then patches it."""

    def __init__(self, loader, patch):
        self._loader, self._patch = loader, patch

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._patch(module)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the named modules as everybody does, with a patch behind the loader."""

    def __init__(self):
        self._busy = set()

    def find_spec(self, name, _path=None, _target=None):
        if name not in PATCHES or name in self._busy:
            return None
        self._busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._busy.discard(name)
        if spec is not None and spec.loader is not None:
            spec.loader = Patched(spec.loader, PATCHES[name])
        return spec


if FOLDER.is_dir() and WHO != "other":
    sys.meta_path.insert(0, Finder())
    if WHO == "intake-web" and os.environ.get("FAULTS_WEB_LOG_URI"):
        os.environ["CASELEDGER_LOG_URI"] = os.environ["FAULTS_WEB_LOG_URI"]
    if weak("lane-number"):
        os.environ["CASELEDGER_LANES"] = "8"
    if weak("head") or weak("new-producer"):  # a look at Kafka's end would find it away first
        os.environ["CASELEDGER_COMPARE_S"] = "86400"
