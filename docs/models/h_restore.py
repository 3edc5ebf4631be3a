"""(h) The databases come back from a backup, the topic and the readers' memories do not.

Commits are named in the order they were accepted; the ledger is a list of names (position = index + 1).
Switch  ahead  "lower": the publisher resumes from the lower of mark and partition (the draft)
               "stop" : a partition (or a reader's mark) ahead of the ledger's head is a restored log: nothing is
                        assigned or published until somebody decides; the decision closes the positions that were seen
                        outside by rows marked void, and new commits come after them
"""

from collections import namedtuple

from mc import scenario

S = namedtuple("S", "made ledger mark part backup rlast got bad stopped restored")
NAMES = "abcd"


class Model:
    def __init__(self, ahead="lower", n=3):
        self.ahead, self.n = ahead, n
        self.init = S(0, (), 0, (), None, 0, (), False, False, False)

    def steps(self, s):
        if s.made < self.n and not s.stopped:
            yield (
                f"commit {NAMES[s.made]} gets position {len(s.ledger) + 1}",
                s._replace(made=s.made + 1, ledger=s.ledger + (NAMES[s.made],)),
            )
        if s.mark < len(s.ledger) and not s.stopped:
            x = s.ledger[s.mark]
            yield (
                f"{x} is published at position {s.mark + 1}",
                s._replace(part=s.part + ((s.mark + 1, x),), mark=s.mark + 1),
            )
        if s.backup is None:
            yield "backup", s._replace(backup=(s.ledger, s.mark))
        elif not s.restored:
            ledger, mark = s.backup
            last = s.part[-1][0] if s.part else 0
            stop = self.ahead == "stop" and last > len(ledger)
            yield (
                f"!ledger and mark restored: {len(ledger)} positions",
                s._replace(ledger=ledger, mark=mark, restored=True, stopped=stop),
            )
        if s.stopped:
            last = s.part[-1][0]
            yield (
                f"the operator closes positions {len(s.ledger) + 1}..{last} as void and opens",
                s._replace(
                    ledger=s.ledger + ("void",) * (last - len(s.ledger)), mark=last, stopped=False
                ),
            )
        seen = len(s.got)
        if seen < len(s.part):
            p, x = s.part[seen]
            drop = p <= s.rlast
            wrong = drop and x not in [g for g in s.got if g] and x != "void"
            yield (
                f"the reader {'drops' if drop else 'takes'} {x} at {p}",
                s._replace(
                    got=s.got + ((None if drop else x),), rlast=max(p, s.rlast), bad=s.bad or wrong
                ),
            )

    def ok(self, s):
        return not s.bad


def run():
    inv = lambda m: [("a reader drops an event that it never had", m.ok)]
    m = Model()
    a = scenario(
        "h1 draft: yesterday's ledger under today's topic: new commits get positions that readers have passed",
        m.init,
        m.steps,
        inv(m),
        expect="violated",
    )
    m = Model("stop", 4)
    b = scenario(
        "h1' change: topic or mark ahead of the ledger: stop; the seen positions are closed as void first",
        m.init,
        m.steps,
        inv(m),
    )
    return [a, b]


if __name__ == "__main__":
    run()
