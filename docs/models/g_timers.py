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
    ):
        out.append(scenario(title, m.init, m.steps, (), m.goal, expect=expect))
    return out


if __name__ == "__main__":
    run()
