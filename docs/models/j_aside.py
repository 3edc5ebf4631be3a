"""(j) Set aside: a forged commit that stands in a stream's way is passed over, and by every reader alike.

One stream.  The database has one unique key, the first version.  A document is (first, last, prev, what):
what is "g" (genuine), "x" (forged, for ever refused) or "n" (genuine, but by a key or of a type that one
reader does not know yet); prev is the last version of the commit it continues.  The forger may insert at any
version.  Writers load, decide and insert a commit of `size` events later; the clerk names a document that the
door refuses in a record, which is signed: the forger makes none.  A ledger gives genuine commits their places.

Reading goes through the documents in order of first version: what a record names is passed over, what is
refused otherwise stops the reader, a genuine one must begin where the reader expects it and name its
predecessor.  What a reader expects is the version after the last one, and after those that records name.

Switches:
  step     "named" : a version that a record names is no gap, and a writer steps over it
           "dense" : a writer takes the version after the last genuine one (it is taken: nobody ever writes)
           "last"  : a writer steps over the forged document's own last version
  clerk    "final" : only what no reader can ever believe is set aside (bytes, hash, signature, columns)
           "local" : ... whatever the clerk's own process refuses
"""

from collections import namedtuple

from mc import scenario

S = namedtuple("S", "docs named ledger drafts forged made knows")
TOP = 7


class Model:
    def __init__(self, step="named", clerk="final", forged=2, commits=2, new=0, size=1, writers=1):
        self.step, self.clerk, self.size = step, clerk, size
        self.wanted = commits + new
        self.init = S((), frozenset(), (), (None,) * writers, forged, (commits, new), False)

    def refused(self, doc, *, knows):
        return doc[3] == "x" or (doc[3] == "n" and not knows)

    def expected(self, last, named):
        """The version at which the next genuine commit begins."""
        version = last + 1
        while self.step != "dense" and version in named:
            version = named[version] + 1 if self.step == "last" else version + 1
        return version

    def read(self, s, *, knows=True):
        """The genuine commits that a reader has; None where it stops."""
        named = {doc[0]: doc[1] for doc in s.named}
        last, found = 0, []
        for doc in sorted(s.docs):
            if self.refused(doc, knows=knows):
                if doc in s.named:
                    continue
                return None
            if doc[0] != self.expected(last, named) or doc[2] != last:
                return None
            found.append(doc)
            last = doc[1]
        return tuple(found)

    def steps(self, s):
        taken = {doc[0] for doc in s.docs}
        for n, draft in enumerate(s.drafts):
            if draft is None:
                yield from self.load(s, n)
                continue
            rest = s._replace(drafts=s.drafts[:n] + (None,) + s.drafts[n + 1 :])
            if draft[0] in taken:
                yield f"writer {n} lost the race at {draft[0]}", rest
                continue
            made = (s.made[0] - (draft[3] == "g"), s.made[1] - (draft[3] == "n"))
            if min(made) >= 0:
                yield (
                    f"writer {n} inserts {draft}",
                    rest._replace(docs=s.docs + (draft,), made=made),
                )
        if s.forged:
            for first in range(1, 4):
                for last in (first, TOP):
                    doc = (first, last, first - 1, "x")
                    if first not in taken:
                        yield (
                            f"!the forger inserts {doc}",
                            s._replace(docs=s.docs + (doc,), forged=s.forged - 1),
                        )
        for doc in s.docs:
            final = doc[3] == "x" or self.clerk == "local"
            if self.refused(doc, knows=s.knows) and final and not {doc} & {*s.named, *s.ledger}:
                yield f"the clerk sets {doc} aside", s._replace(named=s.named | {doc})
        for doc in self.read(s) or ():
            if doc not in s.ledger:
                yield f"{doc} gets its place", s._replace(ledger=s.ledger + (doc,))
                break
        if not s.knows:
            yield "the new key is known everywhere", s._replace(knows=True)

    def load(self, s, n):
        for what, knows in (("g", s.knows), ("n", True)):
            found = self.read(s, knows=knows)
            if found is None or not s.made["gn".index(what)]:
                continue
            last = found[-1][1] if found else 0
            first = self.expected(last, {doc[0]: doc[1] for doc in s.named})
            if first + self.size - 1 <= TOP:
                draft = (first, first + self.size - 1, last, what)
                yield (
                    f"writer {n} loads {len(found)}",
                    s._replace(drafts=s.drafts[:n] + (draft,) + s.drafts[n + 1 :]),
                )

    def one_history(self, s):
        """A place once given is kept: what the ledger has, every reader that knows all keys has too."""
        found = self.read(s)
        return found is None or found[: len(s.ledger)] == s.ledger

    def no_forgery(self, s):
        """Nothing forged is read or has a place, and nothing genuine is passed over."""
        genuine = {doc for doc in s.docs if doc[3] != "x"}
        return not any(doc[3] == "x" for doc in s.ledger) and not genuine & s.named

    def goes_on(self, s):
        """Everything wanted is written and has its place."""
        return len(s.ledger) == self.wanted


def run():
    def go(title, m, goal=True, expect="holds", **kw):
        invs = [(name, getattr(m, name)) for name in ("one_history", "no_forgery")]
        return scenario(title, m.init, m.steps, invs, goal=goal and m.goes_on, expect=expect, **kw)

    return [
        go("j1 two forged commits at any version, two genuine ones: the stream goes on", Model()),
        go(
            "j2 commits of two events and two writers: a forged one inside a genuine one's versions",
            Model(size=2, writers=2),
        ),
        go(
            "j3 a writer that takes the version after the last genuine commit: it is taken for ever",
            Model(step="dense", forged=1),
            expect="violated",
        ),
        go(
            "j4 a forged last version is believed: the stream is at its end",
            Model(step="last", forged=1),
            expect="violated",
        ),
        go(
            "j5 what one process does not know yet is set aside: a genuine commit is named",
            Model(clerk="local", forged=0, new=1),
            goal=False,
            expect="violated",
        ),
        go("j5' change: only what no reader can ever believe is set aside", Model(forged=1, new=1)),
    ]


if __name__ == "__main__":
    run()
