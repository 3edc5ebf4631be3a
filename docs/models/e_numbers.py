"""(e) Document numbers: reserve by owner, then append; blocks; two workers; crash; void; rollback; restore.

`docs` is the collection: (number, owner, majority?) with unique number and unique owner.  An insert is a
message; it is acknowledged only when majority-committed.  A job is one attempt to give `owner` a document;
two jobs may have the same owner (two commands, or a reaction and an officer).  A worker:
   find by owner -> (found) append | (none) pick a number it may use, insert, -> append
   append: one document per document stream (the stream's first version is unique)

Blocks: worker w may use block w, and with `reuse` also the other's ("what a dead worker left"; it may not be dead).
Void: a leftover number may be voided by an insert with an owner of its own.

Switches (draft's value first where it is clear):
  find    "local": the find by owner sees what the primary has (the draft names no read concern here)
          "majority"
  stream  "random": each job opens document/<new id>;  "owner": the id is a function of the owner
  restore "plain": `numbers` comes back as it was at the backup
          "log"  : ... and every number in the log is inserted again before it opens
"""

from collections import namedtuple

from mc import scenario

W = namedtuple("W", "pc job n res")
S = namedtuple("S", "docs log ws net backup faults")  # log: frozenset of (docstream, owner, number)
IDLE = W("idle", -1, 0, "")


class Model:
    def __init__(
        self,
        jobs=("X", "Y"),
        find="majority",
        stream="owner",
        restore="plain",
        reuse=True,
        rollback=0,
        lost=1,
        crash=1,
        void=0,
        restores=0,
        block=2,
    ):
        self.jobs, self.find, self.stream, self.restore, self.reuse, self.block = (
            jobs,
            find,
            stream,
            restore,
            reuse,
            block,
        )
        self.init = S(
            frozenset(),
            frozenset(),
            (IDLE, IDLE),
            frozenset(),
            None,
            (rollback, lost, crash, void, restores),
        )

    def w(self, s, i, **kw):
        return s._replace(ws=s.ws[:i] + (s.ws[i]._replace(**kw),) + s.ws[i + 1 :])

    def usable(self, i):
        mine = list(range(i * self.block + 1, (i + 1) * self.block + 1))
        other = list(range((1 - i) * self.block + 1, (2 - i) * self.block + 1))
        return mine + (other if self.reuse else [])

    def dstream(self, j):
        return f"doc/{self.jobs[j]}" if self.stream == "owner" else f"doc/job{j}"

    def steps(self, s):
        rollback, lost, crash, void, restores = s.faults
        f = lambda k: s.faults[:k] + (s.faults[k] - 1,) + s.faults[k + 1 :]
        for d in s.docs:
            if not d[2]:
                yield (
                    f"number {d[0]} of {d[1]} is majority-committed",
                    s._replace(docs=s.docs - {d} | {(d[0], d[1], True)}),
                )
        if rollback and any(not d[2] for d in s.docs):
            yield (
                "!failover rolls back what is not majority-committed",
                s._replace(docs=frozenset(d for d in s.docs if d[2]), faults=f(0)),
            )
        for m in s.net:
            i, n, o = m
            dup = (
                "number"
                if any(d[0] == n for d in s.docs)
                else "owner"
                if any(d[1] == o for d in s.docs)
                else ""
            )
            t = s._replace(net=s.net - {m})
            if not dup:
                t = t._replace(docs=t.docs | {(n, o, False)})
            q = t.ws[i]
            if q.pc == "wait" and q.n == n and self.jobs[q.job] == o:
                t = self.w(t, i, res=dup or "in")
            yield f"insert of {n} for {o} lands: {'duplicate ' + dup if dup else 'ok'}", t
        if void:
            for n in range(1, 2 * self.block + 1):
                if not any(d[0] == n for d in s.docs):
                    yield (
                        f"the leftover number {n} is voided",
                        s._replace(docs=s.docs | {(n, f"void {n}", True)}, faults=f(3)),
                    )
        if restores:
            if s.backup is None:
                yield (
                    "a backup of `numbers` is taken",
                    s._replace(backup=frozenset(d for d in s.docs if d[2])),
                )
            else:
                docs = s.backup
                if self.restore == "log":
                    docs = docs | {(n, o, True) for _, o, n in s.log}
                yield (
                    "!`numbers` is restored from the backup (workers stopped)",
                    s._replace(docs=docs, ws=(IDLE, IDLE), net=frozenset(), faults=f(4)),
                )
        for i, q in enumerate(s.ws):
            me = f"W{i}"
            if q.pc != "idle" and crash:
                yield f"!{me} crashes", self.w(s, i, **IDLE._asdict())._replace(faults=f(2))
            if q.pc == "idle":
                for j, o in enumerate(self.jobs):
                    if not any(st == self.dstream(j) for st, _, _ in s.log):
                        yield f"{me} takes job {j} (owner {o})", self.w(s, i, pc="find", job=j)
            elif q.pc == "find":
                o = self.jobs[q.job]
                hit = [d for d in s.docs if d[1] == o and (d[2] or self.find == "local")]
                if hit:
                    yield (
                        f"{me} finds number {hit[0][0]} for {o}",
                        self.w(s, i, pc="append", n=hit[0][0]),
                    )
                else:
                    for n in self.usable(i):  # the first that it does not know to be taken
                        if not any(d[0] == n and d[2] for d in s.docs):
                            t = self.w(s, i, pc="wait", n=n, res="")
                            yield (
                                f"{me} finds none for {o}, sends insert of {n}",
                                t._replace(net=t.net | {(i, n, o)}),
                            )
                            break
            elif q.pc == "wait":
                o = self.jobs[q.job]
                if lost:
                    yield (
                        f"!the answer to {me} is lost, it looks again",
                        self.w(s, i, pc="find", n=0, res="")._replace(faults=f(1)),
                    )
                if q.res == "in":
                    if (q.n, o, True) in s.docs:
                        yield f"{me} has {q.n} for {o}", self.w(s, i, pc="append", res="")
                    elif (q.n, o, False) not in s.docs:
                        yield (
                            f"{me}: its insert was rolled back, looks again",
                            self.w(s, i, pc="find", n=0, res=""),
                        )
                elif q.res in ("number", "owner"):
                    yield (
                        f"{me}: duplicate {q.res}, looks again",
                        self.w(s, i, pc="find", n=0, res=""),
                    )
            elif q.pc == "append":
                st, o = self.dstream(q.job), self.jobs[q.job]
                if any(x == st for x, _, _ in s.log):
                    yield f"{me} finds {st} already there", self.w(s, i, **IDLE._asdict())
                else:
                    yield (
                        f"{me} appends DocumentNumbered({q.n}) for {o} to {st}",
                        self.w(s, i, **IDLE._asdict())._replace(log=s.log | {(st, o, q.n)}),
                    )

    def number_once(self, s):
        owner = {}
        for _, o, n in s.log:
            if owner.setdefault(n, o) != o:
                return False
        return True

    def grant_once(self, s):
        return len({o for _, o, _ in s.log}) == len(s.log)

    def agrees(self, s):
        return all(any(d[0] == n and d[1] == o for d in s.docs) for _, o, n in s.log)

    def invs(self):
        return [
            ("a number is given twice", self.number_once),
            ("a grant has two documents", self.grant_once),
        ]

    def goal(self, s):
        return {o for _, o, _ in s.log} == set(self.jobs)


def run():
    out = []

    def go(title, m, **kw):
        out.append(scenario(title, m.init, m.steps, m.invs(), m.goal, **kw))

    go(
        "e1 draft with a majority find: 2 owners, 2 workers, one number each and reuse, crash, lost answer, rollback",
        Model(rollback=1, crash=1, lost=1, block=1),
    )
    go("e1b ... blocks of 2, reuse, a void, crash, lost answer", Model(void=1, crash=1, lost=1))
    go(
        "e2 draft with a local find: a number seen before it is majority-committed, rolled back, given to another",
        Model(find="local", rollback=1, crash=1, lost=1, block=1),
        expect="violated",
    )
    go(
        "e3 draft: two jobs for one grant, each opening document/<new id>: two documents (with one number)",
        Model(jobs=("X", "X"), stream="random", crash=0, lost=0),
        expect="violated",
    )
    go(
        "e3' change: document/<id> is a function of (case, grant, issue)",
        Model(jobs=("X", "X", "Y"), rollback=1, crash=1, lost=0, block=1),
    )
    go(
        "e4 `numbers` restored from a backup older than the log: a number is given again",
        Model(restores=1, crash=0, lost=0),
        expect="violated",
    )
    go(
        "e4' change: a restore inserts again every number that the log has, before it opens",
        Model(restores=1, restore="log", crash=0, lost=1),
    )
    return out


if __name__ == "__main__":
    run()
