"""(c) One consumer group on one lane (or two): mark in the database, gaps from the ledger, crash, zombie.

The ledger has positions 1..n (COUNT events each); all of it is in the log.  The partition is whatever the
broker makes of it: the environment appends any ledger record at any time (duplicates, late ones, holes), loses the
tail or is recreated.  So the consumer is checked against EVERY publisher, also a bad one.

Two consumer processes of the same group; either may be a zombie that still handles what it has.
To handle an event is to append a reaction to a target stream:
  load (is the command_id there? what is the state?), decide, insert (a message that may land late).

  faults: crash, rebalance while the old process goes on (zombie), lost tail, recreated topic

Switches (draft's value first, where the draft is clear):
  unit    "position": the mark is moved after a record of that position; at or below the mark: drop (literal)
          "commit"  : the mark is moved when all events of the position are handled; the drop rule for single
                      records inside is the reaction's own idempotency
  mark    "set": the mark is written as computed ("then move the mark");  "max": only raised (the default here)
  target  "fixed": the target stream is a function of the event
          "state": the target stream depends on what the worker finds (the batch that is open just now)
  unknown "draft"  : a record that the log does not know is dropped, the mark moves on
          "ledger": ... is dropped, the mark moves only past what the ledger's own row says was handled
          (environment: `forged` records with a position and an event the log does not have)
  late    False: the mark is stored after each position;  True: at any time after it, or with the next ones
  idle    "process": the process compares with the ledger's head when it has had no record for a minute
          "lane"   : each lane whose mark stands still for a minute is compared, busy or not
"""

from collections import namedtuple

from mc import scenario

Con = namedtuple("Con", "on off mark pc pos idx")
# mark: in memory; pc: poll | load | insert | wait | save ; pos/idx: event in hand
S = namedtuple("S", "part cons dbmark effects net bad batch faults")
OFF = Con(False, 0, 0, "off", 0, 0)


class Model:
    def __init__(
        self,
        counts=(1, 2),
        unit="commit",
        mark="max",
        target="fixed",
        unknown="draft",
        max_part=3,
        crash=1,
        zombie=1,
        lose=0,
        recreate=0,
        forged=0,
        batches=0,
        fill=True,
        late=False,
    ):
        self.late = late
        self.counts, self.unit, self.mark, self.target, self.unknown = (
            counts,
            unit,
            mark,
            target,
            unknown,
        )
        self.n, self.max_part, self.fill = len(counts), max_part, fill
        self.events = [(p + 1, i + 1) for p, c in enumerate(counts) for i in range(c)]
        start = Con(True, 0, 0, "poll", 0, 0)
        self.init = S(
            (),
            (start, OFF),
            0,
            (),
            frozenset(),
            False,
            1,
            (crash, zombie, lose, recreate, forged, batches),
        )

    def con(self, s, i, **kw):
        return s._replace(cons=s.cons[:i] + (s.cons[i]._replace(**kw),) + s.cons[i + 1 :])

    def save(self, s, m):
        return s._replace(dbmark=m if self.mark == "set" else max(m, s.dbmark))

    def stream(self, s):
        return 0 if self.target == "fixed" else s.batch

    def steps(self, s):
        crash, zombie, lose, recreate, forged, batches = s.faults
        f = lambda k: s.faults[:k] + (s.faults[k] - 1,) + s.faults[k + 1 :]
        if len(s.part) < self.max_part:
            for e in self.events:
                yield f"the partition gets {e}", s._replace(part=s.part + (e,))
            if forged:
                for p in range(1, self.n + 1):
                    yield (
                        f"!the partition gets {(p, 0)}, an event that the log does not have",
                        s._replace(part=s.part + ((p, 0),), faults=f(4)),
                    )
        if s.part and lose:
            yield "!the broker loses its last record", s._replace(part=s.part[:-1], faults=f(2))
        if s.part and recreate:
            yield "!the topic is recreated empty", s._replace(part=(), faults=f(3))
        if batches:
            yield (
                "the open batch is closed, the next one opened",
                s._replace(batch=s.batch + 1, faults=f(5)),
            )
        for m in s.net:
            e, st = m
            t = s._replace(net=s.net - {m})
            if (e, st) not in t.effects:  # unique (stream, command_id)
                t = t._replace(effects=t.effects + ((e, st),))
            yield (
                f"reaction to {e} lands in stream {st}"
                + ("" if t.effects != s.effects else ": duplicate, no effect"),
                t,
            )
        for i, q in enumerate(s.cons):
            me = f"C{i}"
            if not q.on:
                nobody = not any(x.on for x in s.cons)
                if nobody or zombie:
                    yield (
                        f"{'' if nobody else '!'}{me} is given the lane, reads the mark {s.dbmark}",
                        self.con(s, i, on=True, off=0, mark=s.dbmark, pc="poll")._replace(
                            faults=s.faults if nobody else f(1)
                        ),
                    )
                continue
            if crash:
                yield f"!{me} crashes", self.con(s, i, **OFF._asdict())._replace(faults=f(0))
            if q.pc == "poll":
                if self.late and q.mark > s.dbmark:
                    yield f"{me} stores its mark {q.mark}", self.save(s, q.mark)
                if sum(x.on for x in s.cons) > 1:
                    yield f"{me} learns of the rebalance and stops", self.con(s, i, **OFF._asdict())
                if q.off > len(s.part):
                    yield (
                        f"{me}: offset past the end, starts again at the earliest",
                        self.con(s, i, off=0),
                    )
                elif q.off < len(s.part):
                    p, k = s.part[q.off]
                    if p <= q.mark:
                        yield f"{me} drops {(p, k)} (mark {q.mark})", self.con(s, i, off=q.off + 1)
                    elif p > q.mark + 1:
                        # beyond the next: read the next missing position from the ledger; the record is looked at again
                        yield (
                            f"{me} sees {(p, k)}, reads position {q.mark + 1} from the ledger",
                            self.con(s, i, pc="load", pos=q.mark + 1, idx=1),
                        )
                    elif k == 0:
                        if self.unknown == "draft":
                            yield (
                                f"{me} does not find {(p, k)} in the log: drops it, alarm; mark {p}",
                                self.save(self.con(s, i, off=q.off + 1, mark=p), p),
                            )
                        else:
                            yield (
                                f"{me} does not find {(p, k)} in the log: drops it, alarm; reads position {p} from the ledger",
                                self.con(s, i, off=q.off + 1, pc="load", pos=p, idx=1),
                            )
                    elif self.unit == "position":
                        yield (
                            f"{me} takes {(p, k)}",
                            self.con(s, i, off=q.off + 1, pc="load", pos=p, idx=k),
                        )
                    else:
                        # a whole position is handled from the ledger row's events, whichever of its records came first
                        yield (
                            f"{me} takes position {p}",
                            self.con(s, i, off=q.off + 1, pc="load", pos=p, idx=1),
                        )
                if q.mark < self.n and q.off == len(s.part):
                    yield (
                        f"{me}, idle, compares with the ledger's head, reads position {q.mark + 1}",
                        self.con(s, i, pc="load", pos=q.mark + 1, idx=1),
                    )
            elif q.pc == "load":
                e, st = (q.pos, q.idx), self.stream(s)
                if (e, st) in s.effects:
                    yield f"{me} finds its reaction to {e} in stream {st}", self.done(s, i)
                else:
                    t = self.con(s, i, pc="wait")
                    yield (
                        f"{me} sends its reaction to {e} to stream {st}",
                        t._replace(net=t.net | {(e, st)}),
                    )
            elif q.pc == "wait":
                e = (q.pos, q.idx)
                if any(x == e for x, _ in s.effects) and not any(x == e for x, _ in s.net):
                    yield f"{me}: reaction to {e} is in", self.done(s, i)
                elif not any(x == e for x, _ in s.net):
                    yield f"{me} asks again", self.con(s, i, pc="load")
            elif q.pc == "save":
                if self.late:
                    yield (
                        f"{me} goes on, mark {q.pos} is not stored yet",
                        self.con(s, i, pc="poll", mark=max(q.mark, q.pos), pos=0, idx=0),
                    )
                t = self.save(s, q.pos)
                back = t.dbmark < s.dbmark
                yield (
                    f"{me} writes the mark {t.dbmark}" + (" (BACK)" if back else ""),
                    self.con(t, i, pc="poll", mark=max(q.mark, q.pos), pos=0, idx=0),
                )

    def done(self, s, i):
        q = s.cons[i]
        if self.unit == "commit" and q.idx < self.counts[q.pos - 1]:
            return self.con(s, i, pc="load", idx=q.idx + 1)
        return self.con(s, i, pc="save")

    # ---- invariants
    def nothing_skipped(self, s):
        have = {e for e, _ in s.effects}
        return all(e in have for e in self.events if e[0] <= s.dbmark)

    def once(self, s):
        es = [e for e, _ in s.effects]
        return len(es) == len(set(es))

    def in_order(self, s):
        es = [e for e, _ in s.effects]
        return es == sorted(es)

    def mark_forward(self, s):
        return True

    def invs(self):
        return [
            ("a position at or below the mark is not handled", self.nothing_skipped),
            ("an event has two effects", self.once),
            ("effects are out of order", self.in_order),
        ]

    def goal(self, s):
        return {e for e, _ in s.effects} == set(self.events) and s.dbmark == self.n


class Lanes:
    """Two lanes, one process: the idle comparison.  Lane 1 is busy with duplicates, lane 0 lost a record."""

    def __init__(self, idle):
        self.idle = idle
        self.init = (0, 0)  # mark of lane 0, records waiting on lane 1 (0/1)

    def steps(self, s):
        mark, busy = s
        if not busy:
            yield "lane 1 gets a record (new or duplicate)", (mark, 1)
        else:
            yield "the process handles a record of lane 1; at once the next one is there", (mark, 1)
        if mark == 0 and (self.idle == "lane" or not busy):
            yield "lane 0 is compared with the ledger's head", (1, busy)

    def goal(self, s):
        return s[0] == 1


def run():
    out = []

    def go(title, m, live=True, **kw):
        out.append(scenario(title, m.init, m.steps, m.invs(), m.goal if live else None, **kw))

    go(
        "c1 draft, literally: the mark is a position and moves with the first event of it: the second event is dropped",
        Model(unit="position", crash=0, zombie=0, max_part=2),
        expect="violated",
    )
    go(
        "c2 change: the mark moves when all events of the position are handled; any partition of <= 3 records, crash, zombie",
        Model(counts=(1, 2), max_part=3),
    )
    go(
        "c3 ... lost tail, recreated topic, offset past the end; 2 positions",
        Model(counts=(1, 1), max_part=3, lose=1, recreate=1),
    )
    go("c4 ... 3 positions, <= 2 records, crash, zombie", Model(counts=(1, 1, 1), max_part=2))
    go(
        "c5 draft + a reaction whose target is 'the open batch': two effects",
        Model(counts=(1,), max_part=1, target="state", batches=1),
        expect="violated",
    )
    go(
        "c6 draft: a record unknown to the log is dropped; does the mark move? if it does, the real event is dropped",
        Model(counts=(1, 1), max_part=2, forged=1, crash=0, zombie=0),
        expect="violated",
    )
    go(
        "c6' change: the mark moves only past what the ledger's row says",
        Model(counts=(1, 1), max_part=2, forged=1, unknown="ledger"),
    )
    m = Lanes("process")
    out.append(
        scenario(
            "c7 draft: 'an idle consumer compares': a process that is never idle never compares its quiet lane "
            "(strongly fair runs are kept: the model says busy for ever)",
            m.init,
            m.steps,
            (),
            m.goal,
            expect="violated",
        )
    )
    m = Lanes("lane")
    out.append(scenario("c7' change: per lane, busy or not", m.init, m.steps, (), m.goal))
    go(
        "c8 draft: 'move the mark' as a plain write: a zombie writes it back and it stays behind (harmless for reactions, which are "
        "repeated; wrong for whoever reads marks: lag, 'lowest registered consumer mark', a redrive)",
        Model(counts=(1, 1), max_part=2, mark="set"),
        expect="violated",
    )
    go("c8' change: $max", Model(counts=(1, 1), max_part=2, zombie=2))
    go(
        "c10 marks stored late: crash, zombie, forged record; what was handled above the mark is handled again",
        Model(counts=(1, 1), max_part=2, forged=1, unknown="ledger", late=True),
    )
    return out


if __name__ == "__main__":
    run()
