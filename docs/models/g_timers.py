"""(g) Timers: the table is fed by processes that may be zombies.

One (stream, step).  The events of the stream that matter: v1 owes the step with a due time, v2 settles it, v3 owes it again
(or: v1 due 9, v2 due 5).  Two feeders of one group and lane handle them in order, each from the mark, $max.
Switch  guard  False: upsert and delete as they come (the draft);  True: each write carries the version it comes from and is
        applied only over a lower one; settling is a write too (a row `settled`), not a delete.
"""

from collections import namedtuple

from mc import scenario

F = namedtuple("F", "on mark pc")
S = namedtuple("S", "row mark fs faults")
EVENTS = {1: "due 9", 2: None, 3: "due 5"}


class Model:
    def __init__(self, guard=False, zombie=1, crash=1):
        self.guard = guard
        self.init = S((0, None), 0, (F(True, 0, "poll"), F(False, 0, "off")), (zombie, crash))

    def steps(self, s):
        zombie, crash = s.faults
        put = lambda t, i, **kw: t._replace(fs=t.fs[:i] + (t.fs[i]._replace(**kw),) + t.fs[i + 1 :])
        for i, q in enumerate(s.fs):
            me = f"F{i}"
            if not q.on:
                nobody = not any(x.on for x in s.fs)
                if nobody or zombie:
                    yield (
                        f"{'' if nobody else '!'}{me} is given the lane, mark {s.mark}",
                        put(s, i, on=True, mark=s.mark, pc="poll")._replace(
                            faults=s.faults if nobody else (zombie - 1, crash)
                        ),
                    )
                continue
            if crash:
                yield (
                    f"!{me} crashes",
                    put(s, i, on=False, mark=0, pc="off")._replace(faults=(zombie, crash - 1)),
                )
            if q.pc == "poll":
                if sum(x.on for x in s.fs) > 1:
                    yield f"{me} learns of the rebalance", put(s, i, on=False, mark=0, pc="off")
                if q.mark < 3:
                    yield f"{me} takes v{q.mark + 1}", put(s, i, pc="write")
            elif q.pc == "write":
                v = q.mark + 1
                row = s.row
                if not self.guard or v > row[0]:
                    row = (v if self.guard else 0, EVENTS[v])
                yield (
                    f"{me} writes the timer: {EVENTS[v] or 'removed'}"
                    + ("" if row != s.row else " (no change)"),
                    put(s._replace(row=row), i, pc="save"),
                )
            elif q.pc == "save":
                yield (
                    f"{me} moves the mark",
                    put(s._replace(mark=max(s.mark, q.mark + 1)), i, pc="poll", mark=q.mark + 1),
                )

    def goal(self, s):
        return (
            s.mark == 3 and s.row[1] == "due 5" and not any(q.pc in ("write", "save") for q in s.fs)
        )


L = namedtuple("L", "on mark pc at seen")
# at: the ledger's head when it was woken; seen: the version of the stream that it has read
T = namedtuple("T", "log row mark claim ls forged faults")


class Follower:
    """Owed: v1 due 9, set by v1; v2 nothing; v3 due 5, set by v3.  A forged v4 would owe nothing."""

    def __init__(self, fresh=True, door=True, mark="max", zombie=1, crash=1, stale=1, forge=1):
        self.fresh, self.door, self.mark = fresh, door, mark
        idle = L(False, 0, "off", 0, 0)
        self.init = T(0, (0, None), 0, -1, (idle, idle), False, (zombie, crash, stale, forge))

    def put(self, s, i, **kw):
        return s._replace(ls=s.ls[:i] + (s.ls[i]._replace(**kw),) + s.ls[i + 1 :])

    def less(self, s, k):
        return s.faults[:k] + (s.faults[k] - 1,) + s.faults[k + 1 :]

    def steps(self, s):
        zombie, crash, stale, forge = s.faults
        if s.log < 3:
            yield f"v{s.log + 1} is in the ledger", s._replace(log=s.log + 1)
        if forge and not s.forged and s.log:
            yield (
                "!a forged commit stands behind the stream",
                s._replace(forged=True, faults=self.less(s, 3)),
            )
        if s.forged:
            yield "the forged commit is set aside", s._replace(forged=False)
        for i, q in enumerate(s.ls):
            me = f"L{i}"
            if not q.on:
                free = s.claim == -1 or not s.ls[s.claim].on
                if free or (zombie and s.claim != i):
                    yield (
                        f"{'' if free else '!'}{me} has the claim, mark {s.mark}",
                        self.put(s, i, on=True, mark=s.mark, pc="poll", at=0, seen=0)._replace(
                            claim=i, faults=s.faults if free else self.less(s, 0)
                        ),
                    )
                continue
            if crash:
                yield (
                    f"!{me} crashes",
                    self.put(s, i, on=False, mark=0, pc="off", at=0, seen=0)._replace(
                        faults=self.less(s, 1)
                    ),
                )
            if q.pc == "poll":
                if s.claim != i:
                    yield (
                        f"{me} learns that the claim is another's",
                        self.put(s, i, on=False, mark=0, pc="off"),
                    )
                if q.mark < s.log:
                    yield (
                        f"{me} is woken by v{q.mark + 1} to v{s.log}",
                        self.put(s, i, pc="read", at=s.log),
                    )
                if q.mark != s.mark and (self.mark == "set" or q.mark > s.mark):
                    yield f"{me} stores its mark {q.mark}", s._replace(mark=q.mark)
            elif q.pc == "read":
                if s.forged and self.door:
                    continue  # refused: it is tried again when the forged commit is set aside
                if s.forged:
                    yield (
                        f"{me} reads up to the forged v{s.log + 1}",
                        self.put(s, i, pc="write", seen=s.log + 1),
                    )
                    continue
                yield f"{me} reads up to v{s.log}", self.put(s, i, pc="write", seen=s.log)
                if stale:
                    for v in range(1, s.log):
                        if not self.fresh or v >= q.at:
                            yield (
                                f"!{me} reads up to v{v}, stale",
                                self.put(s, i, pc="write", seen=v)._replace(faults=self.less(s, 2)),
                            )
            elif q.pc == "write":
                owed = EVENTS.get(q.seen)
                row = s.row
                if owed and q.seen > row[0]:
                    row = (q.seen, owed)
                elif not owed and row[1] and row[0] <= q.seen:
                    row = (row[0], None)  # settled: the version that set it stays in the row
                yield (
                    f"{me} writes the timer: {owed or 'settled'}"
                    + ("" if row != s.row else " (no change)"),
                    self.put(s._replace(row=row), i, pc="poll", mark=q.at, at=0, seen=0),
                )

    def goal(self, s):
        return (
            s.log == 3
            and s.row[1] == "due 5"
            and s.mark == 3
            and all(q.pc in ("poll", "off") for q in s.ls)
        )


def run():
    out = []
    for title, m, expect in (
        (
            "g1 draft: a zombie removes the timer of a step that is owed again: it never fires",
            Model(),
            "violated",
        ),
        (
            "g1' change: timers carry the version they come from; settled is a row, not a delete",
            Model(guard=True),
            "holds",
        ),
        (
            "g2 draft: a stale read is believed: the mark moves past what was never written",
            Follower(fresh=False, crash=0, forge=0),
            "violated",
        ),
        (
            "g3 draft: a forged commit is read like any other: the timer of the real one is settled for ever",
            Follower(door=False, crash=0, stale=0),
            "violated",
        ),
        (
            "g3' change: one follower by a claim; what it reads has the event and came through the door; marks only rise",
            Follower(),
            "holds",
        ),
    ):
        out.append(scenario(title, m.init, m.steps, (), m.goal, expect=expect))
    return out


if __name__ == "__main__":
    run()
