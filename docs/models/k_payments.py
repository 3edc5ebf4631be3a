"""(k) A transaction of the gateway: claimed on a stream of its own, then recorded on its case.

Two callbacks tell the same transaction for two cases, A and B.  Each is one request of a web process:
   load the claim | insert the claim (the stream's next version is unique) | record it on the case
The process may die between any two steps; the gateway may repeat a callback, and need not.  The worker
reacts to a claim that it sees: it records the payment on the claim's case.  A case records a transaction
once, however often it is told (that is the case's own stream, a_append).

The forger inserts claims that are not signed.  Where nobody believes them they take no version of anybody
(j_aside); they are in `docs` to show what happens where they are believed.

`docs` are the claims (case, how) in the order of their versions; how is "s" (signed) or "x" (forged).
`kept` are the cases for which a person has to look at it.

Switches:
  order    "claim"  : the claim first, then the case
           "case"   : the case first, then the claim
           "none"   : no claim: each case by itself (the draft)
  react    True     : the worker records what was claimed
  before   True     : the transaction was recorded on case A before there were claims
  look     True     : a claim looks for such a payment first
  believe  "signed" : forged claims are nobody's;  "all": the last claim counts, whoever made it
  kinds    what A and B say of the transaction: of money going back, that it failed ("f") or arrived
           ("r").  By default both say the same, as of a payment
  by       "transaction" : its first claim of any kind says whose it is;  "kind": each kind by itself
"""

from collections import namedtuple

from mc import scenario

CASES = ("A", "B")
S = namedtuple(
    "S", "docs counted kept calls faults"
)  # calls: (pc, what was loaded) of each callback
SENT, OFF = ("sent", None), ("off", None)


class Model:
    def __init__(
        self,
        order="claim",
        react=True,
        before=False,
        look=True,
        believe="signed",
        crash=2,
        repeat=1,
        forged=0,
        kinds="pp",
        by="transaction",
    ):
        self.order, self.react, self.before = order, react, before
        self.kinds, self.by = kinds, by
        self.look, self.believe = look, believe
        counted = frozenset({"A"}) if before else frozenset()
        self.init = S((), counted, frozenset(), (SENT, SENT), (crash, repeat, forged))

    def holder(self, s, kind=None):
        """The case that has the transaction, as a reader sees it; None where none has it."""
        claims = [
            case
            for case, how in s.docs
            if (how == "s" or self.believe == "all")
            and (self.by == "transaction" or kind in {None, self.kinds[CASES.index(case)]})
        ]
        return claims[-1] if claims else None

    def call(self, s, i, pc, seen=None, **kw):
        return s._replace(calls=s.calls[:i] + ((pc, seen),) + s.calls[i + 1 :], **kw)

    def steps(self, s):
        crash, repeat, forged = s.faults
        for i, (pc, seen) in enumerate(s.calls):
            case = CASES[i]
            if pc not in {"off", "sent"} and crash:
                yield (
                    f"!the process of {case} dies",
                    self.call(s, i, *OFF, faults=(crash - 1, repeat, forged)),
                )
            if pc == "off" and repeat:
                yield (
                    f"!the gateway repeats {case}",
                    self.call(s, i, *SENT, faults=(crash, repeat - 1, forged)),
                )
            yield from self.web(s, i, case, pc, seen)
        held = self.holder(s)
        if self.react and held is not None and held not in s.counted:
            yield f"the worker records it on {held}", s._replace(counted=s.counted | {held})
        if forged:
            yield (
                "!the forger claims it for B",
                s._replace(docs=(*s.docs, ("B", "x")), faults=(crash, repeat, forged - 1)),
            )

    def web(self, s, i, case, pc, seen):
        if pc == "sent":
            seen = self.holder(s, self.kinds[i])
            if seen is None and self.before and self.look:
                seen = "A"
            first = "claim" if self.order == "claim" else "record"
            yield f"{case} loads the claim: {seen}", self.call(s, i, first, seen)
        elif pc == "claim":
            if seen is None and self.holder(s, self.kinds[i]) is None:
                after = "record" if self.order == "claim" else "off"
                yield f"{case} claims it", self.call(s, i, after, case, docs=(*s.docs, (case, "s")))
            elif seen is None:
                yield f"{case} loses the version, loads again", self.call(s, i, *SENT)
            elif seen == case:
                yield f"{case} has it", self.call(s, i, "record", seen)
            else:
                yield f"{case} is kept for a person", self.call(s, i, *OFF, kept=s.kept | {case})
        elif pc == "record":
            after = ("claim", seen) if self.order == "case" and seen is None else OFF
            if self.order == "case" and seen not in {None, case}:
                yield f"{case} is kept for a person", self.call(s, i, *OFF, kept=s.kept | {case})
            else:
                yield f"{case} records it", self.call(s, i, *after, counted=s.counted | {case})

    def once(self, s):
        return len(s.counted) <= 1

    def goal(self, s):
        held = self.holder(s)
        done = all(pc == "off" for pc, _ in s.calls)
        return done and (held is None or held in s.counted)


def run():
    out = []

    def go(title, m, **kw):
        out.append(scenario(title, m.init, m.steps, [("two cases count it", m.once)], m.goal, **kw))

    go(
        "k1 draft: each case by itself: two cases count one transaction",
        Model(order="none", crash=0),
        expect="violated",
    )
    go(
        "k2 the case first, then the claim: two callbacks at once, and both count it",
        Model(order="case", crash=1),
        expect="violated",
    )
    go(
        "k3 the claim first and no reaction: a crash between them, and the money is on no case",
        Model(react=False),
        expect="violated",
    )
    go("k3' change: the worker records what was claimed; crashes, repeats", Model(repeat=3))
    go(
        "k4 a payment from before the claims, and nobody looks for it",
        Model(before=True, look=False),
        expect="violated",
    )
    go("k4' change: a claim looks for it first", Model(before=True, repeat=3))
    go(
        "k5 a forged claim is believed: the worker records it on a second case",
        Model(believe="all", forged=1),
        expect="violated",
    )
    go("k5' change: what is not signed is nobody's", Model(forged=2, repeat=3))
    go(
        "k6 money going back, each kind claimed by itself: it failed for A and arrived for B",
        Model(kinds="fr", by="kind"),
        expect="violated",
    )
    go("k6' change: the first claim of any kind says whose it is", Model(kinds="fr", repeat=3))
    return out


if __name__ == "__main__":
    run()
