"""(f) Erasure of one data subject: key row, cache, concurrent append, key rotation, backup and restore.

Time is a small counter; keys are cached C ticks.  The subject's sealed data counts as readable when a reader gets
the plaintext.  `gone_at` is when the eraser destroyed the key (or found nothing to destroy).
  INVARIANT bound : no plaintext is returned later than gone_at + C
  INVARIANT strict: no plaintext is returned after SubjectErased is in the log

Switches (draft's value first, where the draft is clear):
  absent  "nothing"  : no key row for this subject yet: there is nothing to unset, SubjectErased follows
          "tombstone": a row `destroyed` is written in any case (upsert)
  rewrap  None       : no rotation of the key-encryption key
          "write"    : read row, wrap anew, write back
          "guarded"  : ... written only where the row is still live and unchanged
  reapply "log"      : a restore applies the erasures of the log, which may come from a backup too
          "apart"    : ... of a list kept apart from both backups, written before the key is destroyed; what
                       the restored log lacks of it is appended again
  stale   key reads may come from a deposed primary for up to `stale` ticks after the row changed
  wait    False: SubjectErased as soon as the key is destroyed;  True: C (+ stale) ticks later
  recheck False: a reader checks the age of its cached key, may be paused, then returns the plaintext
          None : check and return are one step (no pause between)
          True : the age is checked again after decryption, before the plaintext is returned
"""

from collections import namedtuple

from mc import scenario

C = 1
S = namedtuple(
    "S",
    "t key ordered listed gone_at erased sealed a_key a_pc r_key r_pc wrap backup bad bad_strict faults",
)
# a_key, r_key: time the cached key was fetched (or None); a_pc: idle|have|ask ; wrap: None | "has"


class Model:
    def __init__(
        self,
        end=5,
        key=None,
        absent="tombstone",
        rewrap=None,
        reapply="log",
        stale=0,
        wait=True,
        recheck=None,
        restores=0,
        log_too=False,
        crash=1,
    ):
        self.end, self.absent, self.rewrap, self.reapply = end, absent, rewrap, reapply
        self.stale, self.wait, self.recheck, self.log_too = stale, wait, recheck, log_too
        self.init = S(
            0,
            key,
            False,
            False,
            None,
            None,
            key is not None,
            None,
            "idle",
            None,
            "idle",
            None,
            None,
            False,
            False,
            (restores, crash),
        )

    def fresh(self, s, k):
        return k is not None and s.t - k <= C

    def see_key(self, s):
        """What a fetch of the key row may return: the row, or (stale) the live row shortly after it was destroyed."""
        yield s.key
        if (
            self.stale
            and s.key == "gone"
            and s.gone_at is not None
            and s.t <= s.gone_at + self.stale
        ):
            yield "live"

    def returned(self, s):
        bad = s.gone_at is not None and s.t > s.gone_at + C
        return s._replace(
            bad=s.bad or bad, bad_strict=s.bad_strict or (s.erased is not None), r_pc="idle"
        )

    def steps(self, s):
        restores, crash = s.faults
        if s.t < self.end:
            yield f"time {s.t + 1}", s._replace(t=s.t + 1)
        # the appender
        if s.a_pc == "idle":
            if self.fresh(s, s.a_key):
                yield "A seals with its cached key", s._replace(a_pc="have")
            for k in self.see_key(s):
                if k == "live":
                    yield "A fetches the key and seals", s._replace(a_pc="have", a_key=s.t)
            if s.key is None:
                yield "A finds no key row", s._replace(a_pc="ask")
            if s.key == "gone" and not self.fresh(s, s.a_key):
                pass  # 410
        elif s.a_pc == "ask":
            if s.key is None:
                yield (
                    "A inserts a new key and seals",
                    s._replace(key="live", a_pc="have", a_key=s.t),
                )
            else:
                yield "A: a key row is there already", s._replace(a_pc="idle")
        elif s.a_pc == "have":
            yield (
                "A's commit with the sealed value is in the log",
                s._replace(a_pc="idle", sealed=True),
            )
        # the reader
        if s.r_pc == "idle" and s.sealed:
            if not self.fresh(s, s.r_key):
                for k in self.see_key(s):
                    if k == "live":
                        stale = " (stale)" if s.key != "live" else ""
                        yield f"R fetches the key{stale}", s._replace(r_key=s.t)
            if self.fresh(s, s.r_key):
                if self.recheck is None:
                    yield f"R returns the plaintext at {s.t}", self.returned(s)
                else:
                    yield "R finds its cached key young enough, decrypts", s._replace(r_pc="plain")
        elif s.r_pc == "plain":
            if self.recheck and not self.fresh(s, s.r_key):
                yield "R: the key is too old by now, starts again", s._replace(r_pc="idle")
            else:
                yield f"R returns the plaintext at {s.t}", self.returned(s)
        # the eraser (the vault); crash = it begins again from the log
        if not s.ordered:
            yield "ErasureOrdered", s._replace(ordered=True)
        elif self.reapply == "apart" and not s.listed:
            yield "the vault writes the erasure to the list kept apart", s._replace(listed=True)
        elif s.erased is None:
            if s.gone_at is None or (s.key == "live" and not s.erased):
                if s.key is None and self.absent == "nothing":
                    yield "the vault finds no key row: nothing to unset", s._replace(gone_at=s.t)
                else:
                    yield (
                        "the vault destroys the key (row state destroyed)",
                        s._replace(key="gone", gone_at=s.t),
                    )
            if s.gone_at is not None and (s.key != "live" or self.absent == "nothing"):
                if not self.wait or s.t > s.gone_at + C + self.stale:
                    yield f"SubjectErased at {s.t}", s._replace(erased=s.t)
        # rotation of the key-encryption key
        if self.rewrap:
            if s.wrap is None and s.key == "live":
                yield "rotation reads the key row", s._replace(wrap="has")
            elif s.wrap == "has":
                if self.rewrap == "write" or s.key == "live":
                    yield (
                        "rotation writes the row back, wrapped anew",
                        s._replace(key="live", wrap="done"),
                    )
                else:
                    yield "rotation: the row has changed, nothing written", s._replace(wrap="done")
        # backup and restore (everything is stopped; caches are empty afterwards)
        if restores:
            if s.backup is None:
                yield "backup", s._replace(backup=(s.key, s.ordered, s.erased))
            else:
                key, ordered, erased = s.backup
                log_now, erased_now = (ordered, erased) if self.log_too else (s.ordered, s.erased)
                if self.reapply == "apart":
                    log_now = log_now or s.listed
                new = key
                if log_now:
                    new = "gone" if (key is not None or self.absent == "tombstone") else None
                t = s._replace(
                    key=new,
                    ordered=log_now,
                    erased=erased_now,
                    a_key=None,
                    r_key=None,
                    a_pc="idle",
                    r_pc="idle",
                    wrap=None,
                    faults=(restores - 1, crash),
                )
                what = "keys and log" if self.log_too else "keys"
                yield (
                    f"!{what} restored from the backup, erasures applied again: the key row is {new}",
                    t,
                )

    def bound(self, s):
        return not s.bad

    def strict(self, s):
        return not s.bad_strict

    def invs(self, strict=True):
        return [("plaintext returned after the cache bound", self.bound)] + (
            [("plaintext returned after SubjectErased", self.strict)] if strict else []
        )

    def goal(self, s):
        return s.erased is not None or s.t == self.end


def run():
    out = []

    def go(title, m, strict=True, **kw):
        out.append(scenario(title, m.init, m.steps, m.invs(strict), None, **kw))

    go(
        "f1 draft: key there, concurrent append and read with cached keys: within the bound",
        Model(key="live", wait=False),
        strict=False,
    )
    go(
        "f1b draft: but plaintext is returned after SubjectErased says it is gone",
        Model(key="live", wait=False),
        expect="violated",
    )
    go("f1' change: SubjectErased not before the cache bound has passed", Model(key="live"))
    go(
        "f2 draft: no key row yet when the erasure runs: an append makes a new key afterwards",
        Model(key=None, absent="nothing", wait=False),
        strict=False,
        expect="violated",
    )
    go("f2' change: a row `destroyed` is written in any case", Model(key=None))
    go(
        "f3 rotation of the key-encryption key writes an erased key back",
        Model(key="live", rewrap="write"),
        strict=False,
        expect="violated",
    )
    go(
        "f3' change: the rotation writes only where the row is still live and unchanged",
        Model(key="live", rewrap="guarded"),
    )
    go(
        "f4 keys restored from a backup, log not: erasures of the log are applied again",
        Model(key="live", restores=1),
    )
    go(
        "f5 draft: keys AND log restored from one backup: an erasure since then is forgotten",
        Model(key="live", restores=1, log_too=True, reapply="log"),
        strict=False,
        expect="violated",
    )
    go(
        "f5' change: the erasures are also kept apart from both backups, and that list is applied",
        Model(key="live", restores=1, log_too=True, reapply="apart"),
    )
    go(
        "f6 a key row read from a deposed primary: cached C beyond the bound",
        Model(key="live", stale=1, wait=False),
        strict=False,
        expect="violated",
    )
    go(
        "f6' change: SubjectErased waits for both bounds (or key reads are linearizable): strict invariant only",
        StrictOnly(Model(key="live", stale=1)),
        strict=True,
    )
    go(
        "f7 a reader is paused between the check of its cached key and its answer",
        Model(key="live", recheck=False),
        strict=False,
        expect="violated",
    )
    return out


class StrictOnly:
    def __init__(self, m):
        self.m, self.init, self.steps, self.goal = m, m.init, m.steps, m.goal

    def invs(self, strict=True):
        return [("plaintext returned after SubjectErased", self.m.strict)]


if __name__ == "__main__":
    run()
