"""(b2) Publish: two publishers copy the ledger of one lane to one partition; readers follow their contract.

The ledger is complete and fixed: position p has COUNT[p-1] records (p, 1..n).  A publisher sends records in
order from its cursor through a producer (a FIFO of records under way; idempotent: no reordering, no holes
inside one producer as long as the broker remembers it).  What a deposed or dead publisher had under way may
land late ("orphans").

  faults: takeover (the old one goes on as a zombie until it notices), crash, an answer is lost (the producer
          is thrown away, what was under way may still land), the broker loses its last k records, the topic
          is recreated empty (the producer's sequence numbers are forgotten with it: KIP-360 accepts the next)
  mark  : highest position acknowledged without a hole, forward only, only under the current epoch
  compare: at the start, after an error, and whenever nothing of its own is under way and it is not still
          catching up ("each minute"): resume from the lower of the mark and what the partition shows
  quiet  : True: a broker's loss happens only while nothing is under way and the publisher compares before it
          sends again (the kindest reading of "after a reconnect"; kafka-python reconnects without telling us)
          "pub": a loss happens when everything is published and marked; a zombie may still have a record under way
  Late records of a former producer are taken without a sequence check (as if the broker had forgotten it):
  an over-approximation, on the side of more trouble.

Switches (draft's value first):
  compare "position": what the partition shows = position of its last record
          "record"  : ... of its last COMPLETE commit, by (position, index)
          "readback": ... what a reader of the partition that takes only the next record has got
  reader  "position": drop at or below the last position seen (the draft, literally)
          "record"  : drop at or below the last (position, index) seen
          "ledger"  : as "record", and what is missing before a record beyond the next is read from the ledger
                      (lane feed); a lagging reader looks at the feed's head now and then
          "next"    : takes only the next (position, index); anything else is dropped (no ledger needed)
"""

from collections import namedtuple

from mc import scenario

Pub = namedtuple("Pub", "on holds cursor acked flight prod")
# cursor: number of records sent; acked: number of records acknowledged without a hole;
# flight: records under way (numbers); prod: how many records this producer has landed (0: new producer)
S = namedtuple("S", "part mark pubs orphans roff rlast rgot rbad faults")
OFF = Pub(False, False, 0, 0, (), 0)


class Model:
    def __init__(
        self,
        counts=(1, 2, 1),
        compare="position",
        reader="record",
        window=2,
        takeovers=0,
        crash=0,
        lose_answer=0,
        lose_tail=0,
        recreate=0,
        quiet=False,
        reads=True,
    ):
        self.counts, self.compare, self.reader, self.window = counts, compare, reader, window
        self.rec = [
            (p + 1, i + 1) for p, n in enumerate(counts) for i in range(n)
        ]  # ledger records in order
        self.n = len(self.rec)
        self.end = [sum(counts[:p]) for p in range(len(counts) + 1)]  # records up to position p
        self.quiet, self.reads = quiet, reads
        self.init = S(
            (),
            0,
            (Pub(True, True, 0, 0, (), 0), OFF),
            (),
            0,
            0,
            0,
            False,
            (takeovers, crash, lose_answer, lose_tail, recreate),
        )

        self.eager = (
            reads and not lose_tail and not recreate
        )  # append-only: WHEN the reader reads makes no difference

    # a record is its number 1..n in ledger order; a partition entry is (record number, producer)
    def pos(self, r):
        return self.rec[r - 1][0]

    def shown(self, part):
        """How many records the partition proves to have, under the switch."""
        if not part:
            return 0
        last = part[-1][0]
        if self.compare == "position":
            return self.end[self.pos(last)]
        if self.compare == "record":
            p = self.pos(last)
            return self.end[p] if last == self.end[p] else self.end[p - 1]
        got = 0
        for r, _ in part:
            if r == got + 1:
                got = r
        return got

    def pub(self, s, i, **kw):
        return s._replace(pubs=s.pubs[:i] + (s.pubs[i]._replace(**kw),) + s.pubs[i + 1 :])

    def orphan(self, s, q):
        return s._replace(orphans=tuple(sorted(s.orphans + (q.flight,)))) if q.flight else s

    def compared(self, s, i):
        """Resume from the lower of mark and partition, with a fresh producer."""
        at = min(self.end[s.mark], self.shown(s.part))
        # whole commits are sent again
        at = max(e for e in self.end if e <= at)
        t = self.orphan(s, s.pubs[i])
        return at, self.pub(t, i, cursor=at, acked=at, flight=(), prod=0)

    def forgot(self, s):
        if self.quiet is True:
            for i, q in enumerate(s.pubs):
                if q.on:
                    s = self.compared(s, i)[1]
        return s

    def steps(self, s):
        for label, t in self.writes(s):
            while self.eager and t.roff < len(t.part) and not t.rbad:
                more, t = next(self.read(t))
                label += "; " + more
            yield label, t
        if self.reads:
            yield from self.read(s)

    def writes(self, s):
        takeovers, crash, lose_answer, lose_tail, recreate = s.faults
        f = lambda k: s.faults[:k] + (s.faults[k] - 1,) + s.faults[k + 1 :]
        for i, q in enumerate(s.pubs):
            me = f"P{i}"
            if not q.on:
                nobody = not any(x.on for x in s.pubs)
                if nobody or takeovers:
                    t = s._replace(
                        pubs=tuple(x._replace(holds=False) for x in s.pubs),
                        faults=s.faults if nobody else f(0),
                    )
                    t = self.pub(t, i, on=True, holds=True)
                    at, t = self.compared(t, i)
                    yield (
                        f"{'' if nobody else '!'}{me} takes the lease, compares, resumes after record {at}",
                        t,
                    )
                continue
            if not q.holds:
                t = self.orphan(s, q)
                yield (
                    f"{me} notices that the lease is not its own and stops",
                    self.pub(t, i, **OFF._asdict()),
                )
            if crash:
                t = self.orphan(s, q)
                yield f"!{me} crashes", self.pub(t, i, **OFF._asdict())._replace(faults=f(1))
            if q.cursor < self.n and len(q.flight) < self.window:
                r = q.cursor + 1
                yield (
                    f"{me} sends {self.rec[r - 1]}",
                    self.pub(s, i, cursor=r, flight=q.flight + (r,)),
                )
            if q.flight:
                r = q.flight[0]
                mine = sum(1 for _, p in s.part if p == i + 1) if q.prod else 0
                if (
                    q.prod and 0 < mine < q.prod
                ):  # the broker knows this producer and misses a sequence number
                    t = self.pub(s, i, flight=())
                    at, t = self.compared(t, i)
                    yield (
                        f"the broker refuses {self.rec[r - 1]} of {me} (out of sequence); {me} compares, resumes after record {at}",
                        t,
                    )
                else:
                    part = s.part
                    if not q.prod:  # a new producer: its old records are nobody's now
                        part = tuple((x, 0 if p == i + 1 else p) for x, p in part)
                    t = s._replace(part=part + ((r, i + 1),))
                    n = 1 if mine == 0 else q.prod + 1
                    ack = r if r == q.acked + 1 else q.acked
                    yield (
                        f"{self.rec[r - 1]} of {me} lands, acknowledged",
                        self.pub(t, i, flight=q.flight[1:], acked=ack, prod=n),
                    )
                    if lose_answer:
                        t2 = self.pub(t, i, flight=q.flight[1:])
                        at, t2 = self.compared(t2._replace(faults=f(2)), i)
                        yield (
                            f"!{self.rec[r - 1]} of {me} lands, the answer is lost; {me} makes a new producer, compares, resumes after record {at}",
                            t2,
                        )
                if lose_answer:
                    at, t2 = self.compared(s._replace(faults=f(2)), i)
                    yield (
                        f"!{me} gives up on {[self.rec[x - 1] for x in q.flight]} (still under way), compares, resumes after record {at}",
                        t2,
                    )
            p = max(k for k, e in enumerate(self.end) if e <= q.acked)
            if q.holds and p > s.mark:
                yield f"{me} moves the mark to {p}", s._replace(mark=p)
            if not q.flight and q.acked >= self.end[s.mark] > self.shown(s.part):
                at, t = self.compared(s, i)
                if at < q.cursor:
                    yield f"{me} compares, resumes after record {at}", t
        for k, fl in enumerate(s.orphans):
            rest = s.orphans[:k] + s.orphans[k + 1 :]
            yield (
                f"late: {self.rec[fl[0] - 1]} of a former producer lands",
                s._replace(
                    part=s.part + ((fl[0], 0),),
                    orphans=tuple(sorted(rest + ((fl[1:],) if fl[1:] else ()))),
                ),
            )
            yield (
                f"the rest of a former producer ({[self.rec[x - 1] for x in fl]}) is dropped",
                s._replace(orphans=rest),
            )
        settled = s.mark == len(self.counts) or self.quiet != "pub"
        if (
            s.part
            and settled
            and not (
                self.quiet
                and (
                    any(q.flight for q in s.pubs if q.holds or self.quiet is True)
                    or (s.orphans and self.quiet is True)
                )
            )
        ):
            for k in range(1, len(s.part) + 1) if lose_tail else ():
                yield (
                    f"!the broker loses its last {k} record(s)",
                    self.forgot(s._replace(part=s.part[:-k], faults=f(3))),
                )
            if recreate:
                yield "!the topic is recreated empty", self.forgot(s._replace(part=(), faults=f(4)))

    def read(self, s):
        """One reader with its own memory: roff (offset), rlast (last record seen), rgot (records taken in order)."""
        if s.roff > len(s.part):
            yield (
                "the reader's offset is past the end: it starts again at the earliest",
                s._replace(roff=0),
            )
        elif s.roff < len(s.part):
            r = s.part[s.roff][0]
            t = s._replace(roff=s.roff + 1)
            if self.reader == "position":
                drop = s.rlast and self.pos(r) <= self.pos(s.rlast)
            else:
                drop = r <= s.rlast
            if drop:
                lost = r == s.rgot + 1
                yield (
                    f"the reader drops {self.rec[r - 1]}"
                    + (" (which it never had)" if r > s.rgot else ""),
                    t._replace(rbad=s.rbad or lost),
                )
            elif r == s.rgot + 1:
                yield f"the reader takes {self.rec[r - 1]}", t._replace(rlast=r, rgot=r)
            elif self.reader == "ledger":
                yield (
                    f"the reader sees {self.rec[r - 1]}, reads what is missing from the lane feed",
                    t._replace(rlast=r, rgot=r),
                )
            elif self.reader == "next":
                yield f"the reader passes over {self.rec[r - 1]} (not the next)", t
            else:
                yield (
                    f"the reader takes {self.rec[r - 1]} although {self.rec[s.rgot]} is missing",
                    t._replace(rlast=r, rbad=True),
                )
        if self.reader == "ledger" and s.rgot < self.n:
            yield (
                "the reader compares with the feed's head and reads on from the feed",
                s._replace(rlast=s.rgot + 1, rgot=s.rgot + 1),
            )
        if self.reader == "next" and s.rgot < self.n and s.roff == len(s.part) and len(s.part):
            yield (
                "the reader, behind for a minute, starts again at the earliest",
                s._replace(roff=0),
            )

    # ---- invariants
    def reader_ok(self, s):
        return not s.rbad

    def mark_ok(self, s):
        return s.mark <= len(self.counts)

    def partition_complete(self, s):
        return len({r for r, _ in s.part}) == self.n

    def in_order_complete(self, s):
        got = 0
        for r, _ in s.part:
            if r == got + 1:
                got = r
        return got == self.n

    def no_settled_hole(self, s):
        """Not: everything acknowledged, nothing under way, the comparison content, and yet a record is missing."""
        return self.partition_complete(s) or not (
            s.mark == len(self.counts)
            and self.shown(s.part) == self.n
            and not s.orphans
            and all(not q.flight and q.cursor in (0, self.n) for q in s.pubs)
        )

    def goal_partition(self, s):
        return self.partition_complete(s) and not s.orphans

    def goal_order(self, s):
        return self.in_order_complete(s) and not s.orphans

    def goal_reader(self, s):
        return s.rgot == self.n

    def goal_both(self, s):
        return self.goal_reader(s) and self.goal_order(s)


HOLE = "a record is missing and the comparison is content: never published again"
READER = "a reader by the contract misses an event"


def run():
    out = []

    def go(title, m, invs=(), goal=None, **kw):
        out.append(scenario(title, m.init, m.steps, invs, goal, **kw))

    r = lambda m: [(READER, m.reader_ok)]

    m = Model(counts=(2,), reader="position")
    go(
        "p1 draft, literally: 'drop whatever is at or below the last position seen': the 2nd event of a commit is dropped",
        m,
        r(m),
        expect="violated",
    )
    m = Model(counts=(1, 2), reader="record", takeovers=1, lose_answer=1)
    go(
        "p2 change: (position, index). Zombie with late batches, lost answer, window 2; the broker keeps its word",
        m,
        r(m),
        m.goal_reader,
    )
    m = Model(counts=(2, 1), reader="record", takeovers=1, crash=1, window=1)
    go("p2b the same; takeover, crash, window 1", m, r(m), m.goal_reader)
    m = Model(counts=(1, 2), lose_tail=1, quiet=True, reads=False)
    go(
        "p3 draft: the broker loses the 2nd record of the last commit; comparing positions sees nothing",
        m,
        [(HOLE, m.no_settled_hole)],
        expect="violated",
    )
    m = Model(
        counts=(1, 2), compare="record", lose_tail=1, recreate=1, crash=1, quiet=True, reads=False
    )
    go(
        "p3' change: compare by (position, index), an incomplete last commit counts as missing (losses only while quiet)",
        m,
        [(HOLE, m.no_settled_hole)],
        m.goal_partition,
    )
    m = Model(counts=(1, 1, 1), reader="record", compare="record", lose_tail=1, crash=1, quiet=True)
    go(
        "p3'' and yet: a reader that trusts its Kafka offset skips what was produced again below it (even with quiet losses)",
        m,
        r(m),
        expect="violated",
    )
    m = Model(counts=(1, 1, 1), compare="record", recreate=1, reads=False)
    go(
        "p4 draft: the topic is recreated, the next record lands before the comparison, which is then content for ever: a hole",
        m,
        [(HOLE, m.no_settled_hole)],
        expect="violated",
    )
    m = Model(
        counts=(1, 1, 1),
        compare="record",
        lose_tail=1,
        takeovers=1,
        crash=1,
        quiet="pub",
        window=1,
        reads=False,
    )
    go(
        "p5 draft: the tail is lost, a former producer's late record covers it: a hole for ever",
        m,
        [(HOLE, m.no_settled_hole)],
        expect="violated",
    )
    m = Model(counts=(1, 1, 1), reader="record", compare="record", recreate=1)
    go(
        "p6 ... and a reader that has only Kafka and the drop rule misses an event",
        m,
        r(m),
        expect="violated",
    )
    m = Model(counts=(1, 1, 1), reader="record", compare="readback", recreate=1)
    go(
        "p6' a better comparison alone does not save that reader (it has already gone past the hole)",
        m,
        r(m),
        expect="violated",
        trace=False,
    )
    m = Model(counts=(1, 2), reader="ledger", compare="position", recreate=1, takeovers=1, window=1)
    go(
        "p7 change A: every reader has the consumers' rule (a gap: the lane feed; behind: the feed's head); comparison as in the draft",
        m,
        r(m),
        m.goal_reader,
    )
    m = Model(counts=(1, 1, 1), reader="ledger", compare="position", lose_tail=1, lose_answer=1)
    go("p7b the same; lost tail, lost answer, window 2", m, r(m), m.goal_reader)
    m = Model(counts=(1, 2), reader="next", compare="readback", recreate=1, takeovers=1, window=1)
    go(
        "p8 change B (readers without the feed): take only the next record; the publisher compares by reading its partition "
        "back as such a reader does",
        m,
        r(m),
        m.goal_both,
    )
    m = Model(counts=(1, 1, 1), reader="next", compare="readback", lose_tail=1, crash=1, window=2)
    go("p8b change B; lost tail, crash, window 2", m, r(m), m.goal_both)
    return out


if __name__ == "__main__":
    run()
