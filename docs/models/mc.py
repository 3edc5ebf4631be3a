"""A very small explicit-state model checker (standard library only).

A model is: an initial state (any hashable value), and `steps(state)` which yields
`(label, next_state)`.  A label that begins with "!" is a FAULT (a crash, a lost answer, a pause that
ends a process, a broker that forgets ...): faults may happen, but liveness may not count on them.

check() walks the whole graph breadth first, so a violation of an invariant comes with a SHORTEST trace.
Liveness ("eventually goal, once faults stop") is checked on the complete graph: from every reachable
state a goal state must be reachable by non-fault steps alone.  On a finite graph this is the same as
"every strongly fair run without further faults reaches the goal".
"""

import time
from collections import deque


class Result:
    def __init__(self):
        self.states = self.edges = self.depth = 0
        self.kind = "ok"  # ok | invariant | liveness | bound
        self.name = ""
        self.trace = []  # labels
        self.last = None  # state at the end of the trace
        self.seconds = 0.0

    def line(self):
        what = {"ok": "holds", "bound": "BOUND REACHED (no violation so far)"}.get(
            self.kind, f"VIOLATED {self.kind}: {self.name}"
        )
        return f"{what}  [{self.states} states, {self.edges} steps, depth {self.depth}, {self.seconds:.1f} s]"


def check(init, steps, invariants=(), goal=None, max_states=1_500_000, max_seconds=900.0):
    r = Result()
    t0 = time.monotonic()
    ids = {init: 0}
    parent = [(-1, "")]
    depth = [0]
    back = [[]] if goal else None  # reverse non-fault edges
    is_goal = [] if goal else None
    order = [init]
    waiting = deque([0])

    def trace(i):
        out = []
        while i > 0:
            i, label = parent[i]
            out.append(label)
        return out[::-1]

    def finish(kind, name="", i=None):
        r.kind, r.name = kind, name
        r.states, r.depth, r.seconds = len(order), depth[-1], time.monotonic() - t0
        if i is not None:
            r.trace, r.last = trace(i), order[i]
        return r

    while waiting:
        i = waiting.popleft()
        s = order[i]
        for name, ok in invariants:
            if not ok(s):
                return finish("invariant", name, i)
        if goal:
            is_goal.append(bool(goal(s)))
        for label, nxt in steps(s):
            r.edges += 1
            j = ids.get(nxt)
            if j is None:
                j = ids[nxt] = len(order)
                order.append(nxt)
                parent.append((i, label))
                depth.append(depth[i] + 1)
                if goal:
                    back.append([])
                waiting.append(j)
            if goal and label[0] != "!":
                back[j].append(i)
        if len(order) > max_states or time.monotonic() - t0 > max_seconds:
            return finish("bound")

    if goal:
        good = bytearray(is_goal)
        stack = [i for i, g in enumerate(is_goal) if g]
        while stack:
            for i in back[stack.pop()]:
                if not good[i]:
                    good[i] = 1
                    stack.append(i)
        for i in range(len(order)):
            if not good[i]:
                return finish("liveness", "the goal can no longer be reached without faults", i)
    return finish("ok")


def show(r, indent="      "):
    for n, label in enumerate(r.trace, 1):
        print(f"{indent}{n:2d}. {label}")


def scenario(title, init, steps, invariants, goal=None, expect="holds", trace=True, **kw):
    """Run, print, and say whether the outcome is the expected one ("holds" or "violated")."""
    r = check(init, steps, invariants, goal, **kw)
    got = {"ok": "holds", "bound": "bound"}.get(r.kind, "violated")
    print(f"{'  ' if got == expect else '??'} {title}\n     {r.line()}")
    if got == "violated" and trace:
        show(r)
        if r.kind == "liveness":
            print("      end state:", r.last)
    return (title, expect, got, r)
