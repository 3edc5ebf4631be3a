"""(d) Parking: one stream with versions 1..n, one group, one or two consumer processes, one redrive.

Handling version v fails while v is in `poison` and the operator has not repaired the handler.
The five tries are one step here (their number does not matter), except in the crash scenario.
`done` is the tuple of versions handled, in the order of their effect (a repeat has no effect: idempotent).

The parked row is (next, seen) or None.  A consumer handles version v in steps: look at the row; then either
raise `seen` and save the mark, or handle (and park on failure) and save the mark.  Any of the others may act
between two of these steps.  A redrive reads the row, handles from `next` to the log's end as it is then, and
removes the row only if `seen` is not beyond what it did; else goes round again.

Switches (draft's value first):
  raise_  "upsert"  : $max seen with upsert (the row comes back without `next`)
          "ignore"  : $max seen without looking at the matched count
          "checked" : matched 0 means: not parked any more, so handle the event
  park    "insert"  : a plain insert; a duplicate key is taken as "parked already"
          "max"     : upsert {$min next, $max seen}
  count   "memory"  : failures are counted in memory;  "stored": counted in the database before the try
          "start"   : nothing is counted for what goes well; whoever takes up the lane counts in the database,
                      before each try, as far above the mark as its predecessor may have been
  save    "each"    : the mark is stored after each event;  "late": at any time after it, or with the next ones
  reach   how far above the stored mark a process handles events, and its successor counts ("start"):
          (handled, counted), both from the stored mark
"""

from collections import namedtuple

from mc import scenario

Con = namedtuple("Con", "on mark pc v tries careful")  # pc: poll | raise | handle | park | save
Red = namedtuple("Red", "pc next did")  # pc: off | work | remove
S = namedtuple("S", "log row dbmark done cons red fixed stored faults")
OFF = Con(False, 0, "off", 0, 0, 0)


class Model:
    def __init__(
        self,
        n=3,
        poison=(1,),
        raise_="ignore",
        park="insert",
        count="memory",
        zombie=0,
        crash=0,
        killer=False,
        redrives=2,
        transient=0,
        save="each",
        reach=(99, 99),
    ):
        self.save, self.reach = save, reach
        self.n, self.poison, self.raise_, self.park, self.count = (
            n,
            frozenset(poison),
            raise_,
            park,
            count,
        )
        self.killer = killer  # the poisoned event kills the process instead of raising
        self.init = S(
            0,
            None,
            0,
            (),
            (Con(True, 0, "poll", 0, 0, 0), OFF),
            Red("off", 0, 0),
            False,
            0,
            (zombie, crash, redrives, transient),
        )

    def con(self, s, i, **kw):
        return s._replace(cons=s.cons[:i] + (s.cons[i]._replace(**kw),) + s.cons[i + 1 :])

    def careful(self, s):
        """How far whoever takes up the lane now counts before each try."""
        return min(s.log, s.dbmark + self.reach[1]) if self.count == "start" else 0

    def effect(self, s, v):
        return s if v in s.done else s._replace(done=s.done + (v,))

    def steps(self, s):
        zombie, crash, redrives, transient = s.faults
        f = lambda k: s.faults[:k] + (s.faults[k] - 1,) + s.faults[k + 1 :]
        if s.log < self.n:
            yield f"v{s.log + 1} is in the log (and published)", s._replace(log=s.log + 1)
        if not s.fixed:
            yield "the operator repairs the handler", s._replace(fixed=True)
        for i, q in enumerate(s.cons):
            me = f"C{i}"
            if not q.on:
                nobody = not any(x.on for x in s.cons)
                if nobody or zombie:
                    yield (
                        f"{'' if nobody else '!'}{me} is given the lane, mark {s.dbmark}",
                        self.con(
                            s,
                            i,
                            on=True,
                            mark=s.dbmark,
                            pc="poll",
                            v=0,
                            tries=0,
                            careful=self.careful(s),
                        )._replace(faults=s.faults if nobody else f(0)),
                    )
                continue
            if crash:
                yield f"!{me} crashes", self.con(s, i, **OFF._asdict())._replace(faults=f(1))
            if q.pc == "poll":
                if sum(x.on for x in s.cons) > 1:
                    yield f"{me} learns of the rebalance and stops", self.con(s, i, **OFF._asdict())
                if q.mark > s.dbmark and self.save == "late":
                    yield f"{me} stores its mark {q.mark}", s._replace(dbmark=q.mark)
                if q.mark < s.log and q.mark < s.dbmark + self.reach[0]:
                    v = q.mark + 1
                    if s.row is not None:
                        yield (
                            f"{me} gets v{v}: the stream is parked",
                            self.con(s, i, pc="raise", v=v),
                        )
                    else:
                        yield (
                            f"{me} gets v{v}: the stream is not parked",
                            self.con(s, i, pc="handle", v=v),
                        )
            elif q.pc == "raise":
                if s.row is not None:
                    nx, seen = s.row
                    yield (
                        f"{me} raises seen to {max(seen, q.v)}",
                        self.con(s, i, pc="save")._replace(row=(nx, max(seen, q.v))),
                    )
                elif self.raise_ == "checked":
                    yield (
                        f"{me} raises seen: no row matched, so it handles v{q.v}",
                        self.con(s, i, pc="handle"),
                    )
                elif self.raise_ == "upsert":
                    yield (
                        f"{me} raises seen: a row without `next` comes to be",
                        self.con(s, i, pc="save")._replace(row=(0, q.v)),
                    )
                else:
                    yield (
                        f"{me} raises seen: no row matched, nobody looks",
                        self.con(s, i, pc="save"),
                    )
            elif q.pc == "handle":
                bad = q.v in self.poison and not s.fixed
                if not bad:
                    yield f"{me} handles v{q.v}", self.con(self.effect(s, q.v), i, pc="save")
                    if transient:
                        yield (
                            f"!{me} fails on v{q.v} five times (for once)",
                            self.con(s, i, pc="park")._replace(faults=f(3)),
                        )
                elif not self.killer:
                    yield f"{me} fails on v{q.v} five times", self.con(s, i, pc="park")
                else:
                    counts = self.count == "stored" or (self.count == "start" and q.v <= q.careful)
                    tries = (s.stored if counts else q.tries) + 1
                    t = s._replace(stored=min(tries, 5)) if counts else s
                    if tries > 5:
                        yield (
                            f"{me} sees that v{q.v} was begun five times: parks it without a try",
                            self.con(s, i, pc="park"),
                        )
                    else:
                        yield (
                            f"{me} begins v{q.v} (try {tries}): the process dies; the supervisor starts it again",
                            self.con(
                                t,
                                i,
                                mark=s.dbmark,
                                pc="poll",
                                v=0,
                                tries=0,
                                careful=self.careful(s),
                            ),
                        )
            elif q.pc == "park":
                if s.row is None:
                    yield (
                        f"{me} parks the stream at v{q.v}",
                        self.con(s, i, pc="save")._replace(row=(q.v, q.v), stored=0),
                    )
                elif self.park == "max":
                    row = (min(q.v, s.row[0]), max(q.v, s.row[1]))
                    yield (
                        f"{me} parks the stream at v{q.v}: there is a row, now {row}",
                        self.con(s, i, pc="save")._replace(row=row, stored=0),
                    )
                else:
                    yield (
                        f"{me} parks the stream at v{q.v}: duplicate key, taken as done",
                        self.con(s, i, pc="save")._replace(stored=0),
                    )
            elif q.pc == "save":
                yield (
                    f"{me} moves the mark to {max(q.v, s.dbmark)}",
                    self.con(s, i, pc="poll", mark=max(q.mark, q.v), v=0, tries=0)._replace(
                        dbmark=max(q.v, s.dbmark)
                    ),
                )
                if self.save == "late" and q.v > q.careful:
                    yield (
                        f"{me} goes on above v{q.v} and stores no mark yet",
                        self.con(s, i, pc="poll", mark=max(q.mark, q.v), v=0, tries=0),
                    )
        r = s.red
        if r.pc == "off" and s.row is not None and (s.fixed or redrives):
            yield (
                f"redrive begins at v{max(1, s.row[0])}",
                s._replace(red=Red("work", max(1, s.row[0]), 0)),
            )
        elif r.pc == "work":
            if r.next <= s.log:
                if r.next in self.poison and not s.fixed:
                    yield (
                        f"redrive fails on v{r.next}",
                        s._replace(red=Red("off", 0, 0), faults=f(2)),
                    )
                else:
                    yield (
                        f"redrive handles v{r.next}",
                        self.effect(s, r.next)._replace(red=Red("work", r.next + 1, r.next)),
                    )
            if r.next > s.log or r.did:
                # it may stop at any point that it has read the log to; the condition on `seen` decides
                yield (
                    f"redrive did up to v{r.next - 1}",
                    s._replace(red=Red("remove", r.next, r.next - 1)),
                )
        elif r.pc == "remove":
            if s.row is None:
                yield "redrive: the row is gone", s._replace(red=Red("off", 0, 0))
            elif s.row[1] <= r.did:
                yield (
                    f"redrive removes the row (seen {s.row[1]} <= {r.did})",
                    s._replace(row=None, red=Red("off", 0, 0)),
                )
            else:
                yield (
                    f"redrive: seen {s.row[1]} is beyond {r.did}, goes round again",
                    s._replace(red=Red("work", r.next, 0)),
                )

    # ---- invariants
    def nothing_skipped(self, s):
        """Whatever is at or below the mark is handled, or covered by the parked row (next <= v <= seen)."""
        for v in range(1, s.dbmark + 1):
            if v not in s.done and not (s.row and s.row[0] <= v <= s.row[1]):
                return False
        return True

    def in_order(self, s):
        return list(s.done) == sorted(s.done)

    def row_ok(self, s):
        return s.row is None or s.row[0] >= 1

    def invs(self):
        return [
            (
                "an event at or below the mark is neither handled nor covered by the parked row",
                self.nothing_skipped,
            ),
            ("a stream's events take effect out of order", self.in_order),
            ("the parked row does not say where to begin", self.row_ok),
        ]

    def goal(self, s):
        return s.done == tuple(range(1, self.n + 1)) and s.row is None


def run():
    out = []

    def go(title, m, **kw):
        out.append(scenario(title, m.init, m.steps, m.invs(), m.goal, **kw))

    go(
        "d1 draft: between 'it is parked' and '$max seen' the redrive removes the row: the event is skipped",
        Model(),
        expect="violated",
    )
    go(
        "d2 the same with an upsert: a row that does not say where to begin",
        Model(raise_="upsert"),
        expect="violated",
    )
    go(
        "d1' change: $max without upsert; matched 0 = not parked any more: handle it",
        Model(n=4, raise_="checked"),
    )
    go("d3 ... with a crash at any step", Model(n=3, raise_="checked", crash=2))
    go(
        "d4 ... with a zombie consumer, a failure that happens only once, plain insert of the row",
        Model(n=3, poison=(), raise_="checked", zombie=1, transient=2, crash=1),
        expect="violated",
    )
    go(
        "d4' change: parking is an upsert {$min next, $max seen}",
        Model(n=3, poison=(), raise_="checked", park="max", zombie=1, transient=2, crash=1),
    )
    go(
        "d5 draft: an event whose handler kills the process is never counted: the lane stands still until somebody repairs it",
        Repairless(Model(raise_="checked", killer=True)),
        expect="violated",
    )
    go(
        "d5' change: the try is counted in the database before it is begun",
        Repairless(Model(raise_="checked", killer=True, count="stored")),
    )
    late = {"raise_": "checked", "park": "max", "save": "late", "count": "start"}
    go(
        "d6 draft: the mark is stored late, and nothing is counted for what goes well: nor is a killer, ever",
        Deaths(Model(poison=(2,), killer=True, reach=(2, 0), **late)),
        expect="violated",
    )
    go(
        "d6b a successor counts the first event above the mark alone: a killer further on takes a death for each before it",
        Deaths(Model(n=4, poison=(3,), killer=True, reach=(3, 1), **late)),
        expect="violated",
    )
    go(
        "d6' change: a successor counts as far above the mark as its predecessor may have gone: one death, then five",
        Deaths(Model(n=4, poison=(3,), killer=True, reach=(3, 3), **late)),
    )
    go(
        "d7 marks stored late, with a crash at any step, redrives, a failure that happens only once",
        Model(n=3, poison=(2,), crash=2, transient=1, **late),
    )
    go(
        "d8 ... and a zombie consumer, which goes on above an older mark",
        Model(n=2, poison=(), zombie=1, transient=1, crash=1, redrives=1, **late),
    )
    return out


class Repairless:
    """Nobody repairs the handler: the other events of the lane (here: the mark) must go on all the same."""

    def __init__(self, m):
        self.m, self.init = m, m.init

    def steps(self, s):
        return ((l, t) for l, t in self.m.steps(s) if not l.startswith(("the operator", "redrive")))

    def invs(self):
        return self.m.invs()

    def goal(self, s):
        return s.dbmark == self.m.n


class Deaths(Repairless):
    """The same, and the killer takes no more than five counted deaths and the one before them."""

    def __init__(self, m):
        super().__init__(m)
        self.init = (m.init, 0)

    def steps(self, s):
        state, deaths = s
        for label, after in Repairless.steps(self, state):
            yield label, (after, deaths + ("the process dies" in label))

    def invs(self):
        return [
            *((name, lambda s, ok=ok: ok(s[0])) for name, ok in self.m.invs()),
            ("a killer takes more than six deaths", lambda s: s[1] <= 6),
        ]

    def goal(self, s):
        return Repairless.goal(self, s[0])


if __name__ == "__main__":
    run()
