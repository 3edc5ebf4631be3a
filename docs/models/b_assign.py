"""(b1) Assign: two sequencer processes give every commit of one lane the next dense position.

The log of the lane is fixed at the start (`LOG`, in cluster-time order) but becomes visible step by step.
Each sequencer walks it by a cursor of its own (its change stream).  Zombies need no extra rule: either
process may act at any time until it notices that the lease is not its own, and it may notice late.
An insert into the ledger is a message: it lands at any later time, also after its sender has died.

  faults: a delivery of the change stream is lost; the answer of an insert is lost; a process crashes
  lease : any contender may take it at any time (epoch + 1), at most `takeovers` times: no clock is trusted
  foreign: the commits in `foreign` fail the mac check until the operator (or a key roll-out) admits them

Switches (draft's value first, where the draft is clear; else the readings of it):
  dup     how "on a duplicate, read the row" is done:
            "position": looks at my position only
            "next"    : finds the commit by either key; "the same commit, go on" = go on at position + 1
            "right"   : finds by both keys; my row at my position -> head = position;
                        the commit elsewhere -> head read again, position not used up
  head    "set": the head document is written as computed;  "max": only ever raised
  bound   how far above the head document the true head is searched ("a bounded range")
  loop    False: the range is read once;  True: again from its end while it is full
  hold    "report": a commit whose predecessor is missing (or that is foreign) is reported and passed over;
          "fetch" : the missing predecessors are read from the log by (stream, version) and assigned first;
                    a foreign commit stays on a list that is tried again (in the `lanes` document, or derived)
  sweep   False: rescans start `margin` before the last commit known to the ledger
          True : what reconcile finds missing is handed to assign (reconcile is run again and again)
"""

from collections import namedtuple

from mc import scenario

# a commit: stream, version (one event each is enough here)
LOG3 = (("A", 1), ("A", 2), ("B", 1))
LOG4 = (("A", 1), ("B", 1), ("C", 1), ("D", 1))
LOG3B = (("A", 1), ("B", 1), ("A", 2))
# holds: the lease is really its own (epochs are only ever compared, so the number itself is not kept);
# commit: index of the commit in hand
Seq = namedtuple("Seq", "on holds head cursor pc commit pos res")
S = namedtuple("S", "visible ledger headdoc seqs net admitted faults")
OFF = Seq(False, False, 0, 0, "off", -1, 0, "")


class Model:
    def __init__(
        self,
        log=LOG3,
        dup="right",
        head="set",
        bound=1,
        loop=False,
        hold="report",
        sweep=False,
        margin=1,
        takeovers=1,
        lose_delivery=0,
        lose_answer=1,
        crash=1,
        foreign=(),
        stale_head=False,
    ):
        self.log, self.dup, self.head, self.bound, self.loop = log, dup, head, bound, loop
        self.hold, self.sweep, self.margin, self.foreign = hold, sweep, margin, frozenset(foreign)
        first = Seq(True, True, 0, 0, "idle", -1, 0, "")
        self.init = S(
            0,
            frozenset(),
            0,
            (first, OFF),
            frozenset(),
            not foreign,
            (takeovers, lose_delivery, lose_answer, crash),
        )

    # ---- reading the ledger
    def at(self, s, pos):
        return next((c for p, c in s.ledger if p == pos), None)

    def where(self, s, c):
        return next((p for p, x in s.ledger if x == c), None)

    def true_head(self, s):
        h = s.headdoc
        while True:
            top = max([p for p, _ in s.ledger if h < p <= h + self.bound], default=h)
            if top == h or not self.loop or top < h + self.bound:
                return top
            h = top

    def resume(self, s):
        """Where a (re)started sequencer begins: `margin` before the last commit the ledger knows."""
        known = [c for _, c in s.ledger]
        return max(0, max(known) + 1 - self.margin) if known else 0

    def next_state(self, s, i, **kw):
        return s._replace(seqs=s.seqs[:i] + (s.seqs[i]._replace(**kw),) + s.seqs[i + 1 :])

    def steps(self, s):
        takeovers, lose_delivery, lose_answer, crash = s.faults
        if s.visible < len(self.log):
            yield f"commit {self.log[s.visible]} is in the log", s._replace(visible=s.visible + 1)
        if not s.admitted:
            yield "the operator admits the foreign commit", s._replace(admitted=True)
        for m in s.net:
            i, pos, c = m
            dup = any(p == pos or x == c for p, x in s.ledger)
            t = s._replace(net=s.net - {m})
            if not dup:
                t = t._replace(ledger=t.ledger | {(pos, c)})
            q = t.seqs[i]
            if q.pc == "wait" and (q.pos, q.commit) == (pos, c):
                t = self.next_state(t, i, res="dup" if dup else "ok")
            yield (
                f"ledger insert of {self.log[c]} at {pos} lands: {'duplicate' if dup else 'ok'}",
                t,
            )
        for i, q in enumerate(s.seqs):
            me = f"S{i}"
            if not q.on:
                # takes the lease: always possible for the process that lost it last when nobody runs (no fault),
                # else it is a takeover from a live or paused holder
                nobody = not any(x.on for x in s.seqs)
                if nobody or takeovers:
                    f = s.faults if nobody else (takeovers - 1,) + s.faults[1:]
                    h, cur = self.true_head(s), self.resume(s)
                    t = s._replace(faults=f, seqs=tuple(x._replace(holds=False) for x in s.seqs))
                    t = self.next_state(
                        t,
                        i,
                        on=True,
                        holds=True,
                        head=h,
                        cursor=cur,
                        pc="idle",
                        commit=-1,
                        pos=0,
                        res="",
                    )
                    yield (
                        f"{'' if nobody else '!'}{me} takes the lease, head read as {h}, starts reading at {cur}",
                        t,
                    )
                continue
            if not q.holds and q.pc == "idle":
                yield (
                    f"{me} notices that the lease is not its own and stops",
                    self.next_state(s, i, **OFF._asdict()),
                )
            if crash:
                yield (
                    f"!{me} crashes",
                    self.next_state(s, i, **OFF._asdict())._replace(
                        faults=s.faults[:3] + (crash - 1,)
                    ),
                )
            if q.pc == "idle":
                if q.cursor < s.visible:
                    c = q.cursor
                    if lose_delivery:
                        yield (
                            f"!the change stream of {me} never delivers {self.log[c]}",
                            self.next_state(s, i, cursor=c + 1)._replace(
                                faults=(takeovers, lose_delivery - 1, lose_answer, crash)
                            ),
                        )
                    yield self.take(s, i, c, f"{me} reads {self.log[c]}", cursor=c + 1)
                if self.resume(s) < q.cursor:
                    yield (
                        f"{me} rescans from {self.resume(s)}",
                        self.next_state(s, i, cursor=self.resume(s)),
                    )
                if self.hold == "fetch":  # foreign commits are kept and tried again
                    for c in self.foreign:
                        if s.admitted and c < s.visible and self.where(s, c) is None:
                            yield self.take(s, i, c, f"{me} tries the held {self.log[c]} again")
                if self.sweep:
                    for c in range(s.visible):
                        if self.where(s, c) is None and (s.admitted or c not in self.foreign):
                            yield self.take(s, i, c, f"reconcile hands {self.log[c]} to {me}")
                            break
            elif q.pc == "insert":
                t = self.next_state(s, i, pc="wait", res="")
                yield (
                    f"{me} sends {self.log[q.commit]} at {q.pos}",
                    t._replace(net=t.net | {(i, q.pos, q.commit)}),
                )
            elif q.pc == "wait":
                if lose_answer:
                    yield (
                        f"!the answer to {me} is lost",
                        self.next_state(s, i, pc="dup", res="")._replace(
                            faults=(takeovers, lose_delivery, lose_answer - 1, crash)
                        ),
                    )
                if q.res == "ok":
                    yield (
                        f"{me} has {self.log[q.commit]} at {q.pos}",
                        self.next_state(s, i, pc="headdoc", head=q.pos, res=""),
                    )
                elif q.res == "dup":
                    yield f"{me} gets a duplicate key", self.next_state(s, i, pc="dup", res="")
            elif q.pc == "dup":
                mine = self.at(s, q.pos)
                elsewhere = self.where(s, q.commit)
                if mine == q.commit:
                    yield (
                        f"{me} reads the row: it is mine, goes on",
                        self.next_state(s, i, pc="headdoc", head=q.pos),
                    )
                elif mine is not None:
                    h = self.true_head(s)
                    yield (
                        f"{me} reads the row: another commit at my position; head read as {h}",
                        self.next_state(s, i, pc="insert", head=h, pos=h + 1),
                    )
                elif self.dup == "next" and elsewhere is not None:
                    yield (
                        f"{me} finds the same commit (at {elsewhere}), goes on after {q.pos}",
                        self.next_state(s, i, pc="headdoc", head=q.pos),
                    )
                elif self.dup == "right" and elsewhere is not None:
                    h = max(self.true_head(s), elsewhere)
                    yield (
                        f"{me} finds the commit at {elsewhere}; head is {h}, position {q.pos} is not used up",
                        self.next_state(s, i, pc="idle", head=h, commit=-1, pos=0),
                    )
                else:
                    yield f"{me} finds no row, sends again", self.next_state(s, i, pc="insert")
            elif q.pc == "headdoc":
                h = q.head if self.head == "set" else max(q.head, s.headdoc)
                yield (
                    f"{me} writes head document {h}",
                    self.next_state(s, i, pc="idle", commit=-1, pos=0)._replace(headdoc=h),
                )

    def take(self, s, i, c, label, **kw):
        q = s.seqs[i]
        stream, version = self.log[c]
        if c in self.foreign and not s.admitted:
            return f"{label}: foreign, held", self.next_state(s, i, **kw)
        pred = next((k for k, x in enumerate(self.log) if x == (stream, version - 1)), None)
        if pred is not None and self.where(s, pred) is None:
            if self.hold == "fetch" and (s.admitted or pred not in self.foreign):
                # read the predecessor straight from the log; come back to this one by the cursor
                kw.pop("cursor", None)
                return (
                    f"{label}: predecessor missing, fetches {self.log[pred]} first",
                    self.next_state(s, i, pc="insert", commit=pred, pos=q.head + 1, **kw),
                )
            return f"{label}: predecessor missing, stream held and reported", self.next_state(
                s, i, **kw
            )
        return label, self.next_state(s, i, pc="insert", commit=c, pos=q.head + 1, **kw)

    # ---- invariants
    def dense(self, s):
        ps = sorted(p for p, _ in s.ledger)
        return ps == list(range(1, len(ps) + 1))

    def once(self, s):
        cs = [c for _, c in s.ledger]
        return len(cs) == len(set(cs))

    def order(self, s):
        for p, c in s.ledger:
            stream, version = self.log[c]
            if version > 1:
                q = self.where(s, self.log.index((stream, version - 1)))
                if q is None or q > p:
                    return False
        return True

    def invs(self):
        return [
            ("positions are dense", self.dense),
            ("a commit has one position", self.once),
            ("stream order is position order", self.order),
        ]

    def goal(self, s):
        """Everything that is in the log (and admitted) is in the ledger."""
        return (
            s.visible == len(self.log)
            and s.admitted
            and all(self.where(s, c) is not None for c in range(len(self.log)))
        )


def run():
    out = []

    def go(title, m, live=True, **kw):
        out.append(scenario(title, m.init, m.steps, m.invs(), m.goal if live else None, **kw))

    go(
        "b1 draft read well (both keys looked up): zombie, lost answer, crash: safe and live",
        Model(takeovers=1, lose_answer=1, crash=1),
    )
    go(
        "b2 reading: 'the same commit, go on' uses the position up: a hole, publish stops there for ever",
        Model(dup="next", crash=0),
        expect="violated",
    )
    go(
        "b3 reading: only the row at my position is looked at: endless loop",
        Model(dup="position", crash=0),
        expect="violated",
    )
    go(
        "b4 draft: the head document is set by a zombie far below the truth; the bounded range misses the head",
        Model(log=LOG4, margin=0, takeovers=2, lose_answer=0, crash=0, bound=1),
        expect="violated",
    )
    go(
        "b4' change: the head document is only raised ($max), the range is read on while it is full",
        Model(
            log=LOG4, margin=0, takeovers=2, lose_answer=0, crash=0, bound=1, head="max", loop=True
        ),
    )
    go(
        "b5 draft: delivery of A1 lost, A2 held, B1 assigned: the rescan margin does not reach A1 any more",
        Model(lose_delivery=1, takeovers=0, lose_answer=0, crash=0),
        expect="violated",
    )
    go(
        "b5' change 1: a held stream's missing predecessors are fetched by (stream, version); not enough alone for a lost LAST commit",
        Model(
            log=LOG3B, lose_delivery=1, takeovers=0, lose_answer=0, crash=0, hold="fetch", margin=1
        ),
        expect="violated",
    )
    go(
        "b5'' change 2, enough alone: what reconcile names is handed to assign, again and again",
        Model(log=LOG3B, lose_delivery=1, takeovers=1, lose_answer=0, crash=1, sweep=True),
    )
    go(
        "b6 draft: A1 fails its mac check for a while (a new writer key not yet known here): A1, A2 never come back",
        Model(foreign=(0,), takeovers=0, lose_answer=0, crash=0),
        expect="violated",
    )
    go(
        "b6' change: the same (reconcile feeds assign, foreign commits included once they verify)",
        Model(foreign=(0,), takeovers=1, lose_answer=1, crash=0, sweep=True, head="max", loop=True),
    )
    go(
        "b7 all changes together: 2 takeovers, lost delivery, lost answer",
        Model(
            log=LOG3B,
            takeovers=2,
            lose_delivery=1,
            lose_answer=1,
            crash=0,
            hold="fetch",
            sweep=True,
            head="max",
            loop=True,
        ),
        live=False,
    )
    return out


if __name__ == "__main__":
    run()
