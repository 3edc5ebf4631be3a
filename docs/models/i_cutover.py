"""(i) Who is believed: the cut-over from HMACs to signatures, with a crash after each step and a forger.

The installation makes the signing keys, drains the log into its ledger, notes where it stands (signed),
says until when the old keys were in use, and deletes them.  The process that does it may die between any
two steps and begins anew; old code may be started again by mistake until the old keys are gone.  The
forger may insert into the log whatever it likes, with a key that it does not have ("x"), or with an old
HMAC key that it copied once ("h"); it writes neither ledger nor note.

A commit is (name, how): how is "h" (an HMAC of the old code), "s" (signed), "x" (no key of ours),
"f" (an HMAC by the copied key).  The ledger is a tuple of names.

Switches:
  delete   "last"  : the old keys go when the note is there
           "first" : ... as soon as the new keys are there
  believe  "row"   : an HMAC is believed as the ledger's own row at or below the note
           "mac"   : ... wherever its MAC is right, for as long as the old key is known
           "all"   : ... whenever the entry of its key is known (nobody can check it any more)
"""

from collections import namedtuple

from mc import scenario

S = namedtuple("S", "log ledger old new note copied made forged crashes")


class Model:
    def __init__(self, delete="last", believe="row", copied=False, commits=2, crashes=2, forged=1):
        self.delete, self.believe, self.commits = delete, believe, commits
        self.init = S((), (), True, False, None, copied, 0, forged, crashes)

    def genuine(self, s, how):
        """What whoever assigns places can tell: an HMAC only with the old keys, before the note."""
        return how == "s" or (how in "hf" and s.old and s.note is None)

    def steps(self, s):
        if s.old and s.made < self.commits and s.note is None:
            yield "the old code commits", self.append(s, "h")
        if s.old and s.made < self.commits and s.note is not None:
            yield "!the old code is started by mistake and commits", self.append(s, "h")
        if s.new and s.note is not None and s.made < self.commits:
            yield "the new code commits", self.append(s, "s")
        if s.forged:
            t = s._replace(forged=s.forged - 1)
            yield "!the forger inserts without a key", t._replace(log=s.log + ((len(s.log), "x"),))
            if s.copied and s.note is not None:
                yield (
                    "!the forger inserts with a copied HMAC key",
                    t._replace(log=s.log + ((len(s.log), "f"),)),
                )
        for name, how in s.log:
            if name not in s.ledger and self.genuine(s, how):
                yield f"{name} ({how}) gets its place", s._replace(ledger=s.ledger + (name,))
        if s.crashes and not s.new:
            yield "!killed before the new keys are listed", s._replace(crashes=s.crashes - 1)
        if not s.new:
            old = s.old if self.delete == "last" else False
            yield "the signing keys are made and listed", s._replace(new=True, old=old)
        elif s.note is None:
            missing = [n for n, how in s.log if n not in s.ledger and self.genuine(s, how)]
            if not missing and s.old:
                yield f"the note: {len(s.ledger)} places", s._replace(note=len(s.ledger))
            if s.crashes:
                yield "!killed before the note", s._replace(crashes=s.crashes - 1)
        elif s.old:
            yield "the old keys are deleted", s._replace(old=False)
            if s.crashes:
                yield "!killed after the note", s._replace(crashes=s.crashes - 1)

    def append(self, s, how):
        return s._replace(log=s.log + ((len(s.log), how),), made=s.made + 1)

    def believed(self, s, name, how):
        """What a reader of the new code believes."""
        if how == "s":
            return True
        if how == "x":
            return self.believe == "all"
        if self.believe == "mac":
            return s.old or s.copied
        if self.believe == "all":
            return True
        place = s.ledger.index(name) + 1 if name in s.ledger else 0
        return s.note is not None and 0 < place <= s.note

    def no_forgery(self, s):
        """Nothing of the forger's is ever believed by a reader, nor has a place."""
        return not any(self.believed(s, n, how) or n in s.ledger for n, how in s.log if how in "xf")

    def nothing_lost(self, s):
        """What was committed before the note is believed after it."""
        if s.note is None:
            return True
        return all(self.believed(s, n, "h") for n in s.ledger[: s.note] if dict(s.log)[n] == "h")

    def done(self, s):
        return s.note is not None and not s.old


def run():
    def go(title, m, inv, goal=None, expect="holds", **kw):
        invs = [(name, getattr(m, name)) for name in inv]
        return scenario(title, m.init, m.steps, invs, goal=goal and m.done, expect=expect, **kw)

    both = ("no_forgery", "nothing_lost")
    return [
        go(
            "i1 keys, drain, note, delete; killed anywhere, a forger without keys",
            Model(),
            both,
            True,
        ),
        go(
            "i2 the same, and the forger copied an HMAC key before: it is of no use after the note",
            Model(copied=True),
            both,
            True,
        ),
        go(
            "i3 the old keys are deleted as soon as the new ones are there: nobody can check what was written",
            Model(delete="first", crashes=0, forged=0),
            both,
            True,
            expect="violated",
            trace=False,
        ),
        go(
            "i4 an HMAC is believed wherever it verifies: the copied key goes on writing",
            Model(believe="mac", copied=True),
            both,
            expect="violated",
        ),
        go(
            "i5 an HMAC is believed because its key's entry is known: anybody writes",
            Model(believe="all"),
            both,
            expect="violated",
        ),
    ]


if __name__ == "__main__":
    run()
