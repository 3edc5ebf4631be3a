"""(a) Appending to the log: optimistic versions, command ids, lost answers, retries, If-Match.

The database: each stream is a list of commits; the first `maj` of them are majority-committed, the rest
can still be rolled back by a failover.  Both unique keys, (stream, first_version) and
(stream, command_id), are checked against everything the present primary has.
  load      sees the majority-committed prefix (the draft); a deposed primary may serve an OLDER prefix
            ("stale": a legal behaviour of read concern majority, bounded by the election time-out)
  look-up   is linearizable: possible only when nothing is pending on that stream
  insert    is a message: it lands at any later time, also after its sender has given up or died

An attempt is one execution of a command by one web process.  The client may start `attempts` of them,
one after the other or at the same time (its own retry, a proxy's, a second gunicorn).

Switches (the draft's value first):
  refuse    "at once" : a refusal (409, 412) is answered straight from the load, and 412 straight after a
                        duplicate key under If-Match
            "lookup"  : ... after a linearizable look-up of the command_id found nothing (not enough, see a4')
            "confirm" : ... only when a linearizable look-up of (stream, head + 1) finds nothing, that is, when the
                        view was the newest; else reload.  A duplicate key always reloads.
  noop      "silent": a decision without events leaves no commit ("returns no events")
            "noted" : a command (not a reaction) always leaves a commit (an event that says so)
  ns        "raw": the client's key is the command_id;  "spaced": prefixed by origin and caller
  mac2      False: on a duplicate key "same command, its answer" without comparing request_mac
"""

from collections import namedtuple

from mc import scenario

# a command: key as the client sent it, origin, stream, If-Match (None is "*"), behaviour, number of events, body
Cmd = namedtuple("Cmd", "key origin stream match kind n body", defaults=("x",))
Commit = namedtuple("Commit", "first last cmd body what")
# attempt: pc, how many commits it loaded, tries, result of its insert
Att = namedtuple("Att", "pc seen tries res")
S = namedtuple("S", "log atts answers net late faults")
# log: ((commits, maj), ...) ; atts[c] = tuple of Att ; answers[c] = frozenset ; late = clock passed the limit

NEW = Att("new", 0, 0, "")


class Model:
    def __init__(
        self,
        cmds,
        attempts=2,
        streams=1,
        stale=0,
        rollback=0,
        lost=1,
        clock=False,
        tries=2,
        refuse="at once",
        noop="silent",
        ns="raw",
        mac2=True,
    ):
        if isinstance(attempts, int):
            attempts = (attempts,) * len(cmds)
        self.cmds, self.attempts, self.tries = cmds, attempts, tries
        self.clock, self.refuse, self.noop, self.ns, self.mac2 = clock, refuse, noop, ns, mac2
        self.init = S(
            ((((), 0)),) * streams,
            tuple((NEW,) * n for n in attempts),
            (frozenset(),) * len(cmds),
            frozenset(),
            False,
            (stale, rollback, lost),
        )

    def cid(self, c):
        cmd = self.cmds[c]
        return cmd.key if self.ns == "raw" else f"{cmd.origin}:{cmd.key}"

    def decide(self, c, commits, late):
        """-> 'events' list length, or 0 (nothing to do), or '409'.  A pure function, as in the draft."""
        cmd = self.cmds[c]
        value = "-"
        for k in commits:
            if k.what.startswith("set "):
                value = k.what[4:]
        if cmd.kind.startswith("set "):
            return 0 if value == cmd.kind[4:] else cmd.n
        if cmd.kind == "in time" and late:
            return "409"
        return cmd.n

    def answer(self, s, c, a, ans):
        atts = put(s.atts, c, put(s.atts[c], a, Att("done", 0, 0, "")))
        return s._replace(atts=atts, answers=put(s.answers, c, s.answers[c] | {ans}))

    def from_commit(self, c, k):
        if k.body != self.cmds[c].body:
            return "422"
        return f"200 v{k.first}-{k.last} {k.what}"

    def steps(self, s):
        stale, rollback, lost = s.faults
        if self.clock and not s.late:
            yield "the clock passes the limit", s._replace(late=True)
        for st, (commits, maj) in enumerate(s.log):
            if maj < len(commits):
                yield (
                    f"stream {st}: v{commits[maj].last} is now majority-committed",
                    s._replace(log=put(s.log, st, (commits, maj + 1))),
                )
                if rollback:
                    log = put(s.log, st, (commits[:maj], maj))
                    yield (
                        f"!failover rolls back stream {st} above v{maj}",
                        s._replace(log=log, faults=(stale, rollback - 1, lost)),
                    )
        for m in s.net:  # an insert lands
            c, a, k = m
            st = self.cmds[c].stream
            commits, maj = s.log[st]
            dup = any(x.first == k.first or x.cmd == k.cmd for x in commits)
            t = s._replace(net=s.net - {m})
            if not dup:
                t = t._replace(log=put(t.log, st, (commits + (k,), maj)))
            at = t.atts[c][a]
            if at.pc == "wait":
                t = t._replace(
                    atts=put(t.atts, c, put(t.atts[c], a, at._replace(res="dup" if dup else "in")))
                )
            yield f"insert of {k.cmd}#{a} v{k.first} lands: {'duplicate key' if dup else 'ok'}", t
        for c, cmd in enumerate(self.cmds):
            commits, maj = s.log[cmd.stream]
            for a, at in enumerate(s.atts[c]):
                who = f"{cmd.origin}/{cmd.key}#{a}"
                setat = lambda x, t=s: t._replace(atts=put(t.atts, c, put(t.atts[c], a, x)))
                if at.pc in ("new", "reload"):
                    if at.pc == "new" and a and s.atts[c][a - 1].pc == "new":
                        continue  # attempts of one command begin in order
                    if (
                        at.pc == "new"
                        and cmd.match
                        and not any(k.last == cmd.match for k in commits[:maj])
                    ):
                        continue  # a client can only send an ETag that it was given
                    views = [maj] + ([v for v in range(maj)] if stale else [])
                    for v in views:
                        t = s if v == maj else s._replace(faults=(stale - 1, rollback, lost))
                        lab = f"{who} loads {v} commits" + (
                            "" if v == maj else f" (stale; there are {maj})"
                        )
                        lab = ("" if v == maj else "!") + lab
                        seen = commits[:v]
                        mine = [k for k in seen if k.cmd == self.cid(c)]
                        if mine:
                            ans = self.from_commit(c, mine[0])
                            yield f"{lab}, finds its command: {ans}", self.answer(t, c, a, ans)
                            continue
                        head = seen[-1].last if seen else 0
                        if cmd.match is not None and cmd.match != head:
                            if self.refuse != "at once":
                                yield (
                                    f"{lab}, 412? looks first",
                                    setat(Att("refuse 412", v, at.tries, ""), t),
                                )
                            else:
                                yield f"{lab}: answers 412", self.answer(t, c, a, "412")
                            continue
                        n = self.decide(c, seen, s.late)
                        if n == "409":
                            if self.refuse != "at once":
                                yield (
                                    f"{lab}, 409? looks first",
                                    setat(Att("refuse 409", v, at.tries, ""), t),
                                )
                            else:
                                yield f"{lab}: answers 409", self.answer(t, c, a, "409")
                            continue
                        what = cmd.kind
                        if n == 0:
                            if self.noop == "silent":
                                yield (
                                    f"{lab}, nothing to do: answers 200 no events",
                                    self.answer(t, c, a, "200 no events"),
                                )
                                continue
                            n, what = 1, "nothing to do"
                        k = Commit(head + 1, head + n, self.cid(c), cmd.body, what)
                        t2 = setat(Att("wait", v, at.tries, ""), t)
                        yield (
                            f"{lab}, sends insert v{k.first}-{k.last}",
                            t2._replace(net=t2.net | {(c, a, k)}),
                        )
                elif at.pc.startswith("refuse"):
                    if maj == len(commits) and self.refuse == "confirm":
                        if maj == at.seen:
                            yield (
                                f"{who} confirms that its view is the newest: answers {at.pc[7:]}",
                                self.answer(s, c, a, at.pc[7:]),
                            )
                        else:
                            yield (
                                f"{who} finds its view old: reloads",
                                setat(Att("reload", 0, at.tries, "")),
                            )
                    elif maj == len(commits):
                        mine = [k for k in commits if k.cmd == self.cid(c)]
                        ans = self.from_commit(c, mine[0]) if mine else at.pc[7:]
                        yield (
                            f"{who} looks its command up: answers {ans}",
                            self.answer(s, c, a, ans),
                        )
                elif at.pc == "wait":
                    if lost:
                        yield (
                            f"!{who} times out (outcome unknown), client gets no answer",
                            setat(Att("dead", 0, 0, ""))._replace(
                                faults=(stale, rollback, lost - 1)
                            ),
                        )
                    if at.res == "in":
                        mine = [(i, k) for i, k in enumerate(commits) if k.cmd == self.cid(c)]
                        if not mine:
                            yield (
                                f"{who}: its insert was rolled back, 503",
                                setat(Att("dead", 0, 0, "")),
                            )
                        elif mine[0][0] < maj:
                            ans = self.from_commit(c, mine[0][1])
                            yield f"{who} answers {ans}", self.answer(s, c, a, ans)
                    elif at.res == "dup":
                        yield f"{who} gets a duplicate key", setat(Att("lookup", 0, at.tries, ""))
                elif at.pc == "lookup" and maj == len(commits):
                    mine = [k for k in commits if k.cmd == self.cid(c)]
                    if mine:
                        ans = (
                            self.from_commit(c, mine[0])
                            if self.mac2
                            else self.from_commit(c, mine[0]._replace(body=cmd.body))
                        )
                        yield (
                            f"{who} looks its command up: answers {ans}",
                            self.answer(s, c, a, ans),
                        )
                    elif cmd.match is not None and self.refuse != "confirm":
                        yield f"{who} lost the race: answers 412", self.answer(s, c, a, "412")
                    elif at.tries + 1 >= self.tries:
                        yield f"{who} gives up: 503", setat(Att("dead", 0, 0, ""))
                    else:
                        yield (
                            f"{who} lost the race, reloads",
                            setat(Att("reload", 0, at.tries + 1, "")),
                        )

    # ------------------------------------------------------------------ invariants
    def dense(self, s):
        for commits, _ in s.log:
            v = 0
            for k in commits:
                if k.first != v + 1:
                    return False
                v = k.last
        return True

    def acked_is_there(self, s):
        for c, cmd in enumerate(self.cmds):
            commits, maj = s.log[cmd.stream]
            for ans in s.answers[c]:
                if ans.startswith("200 v") and not any(
                    f"200 v{k.first}-{k.last} {k.what}" == ans and k.cmd == self.cid(c)
                    for k in commits[:maj]
                ):
                    return False
        return True

    def one_effect(self, s):
        for commits, _ in s.log:
            ids = [k.cmd for k in commits]
            if len(ids) != len(set(ids)):
                return False
        return True

    def if_match(self, s):
        for c, cmd in enumerate(self.cmds):
            if cmd.match is not None:
                for k in s.log[cmd.stream][0]:
                    if k.cmd == self.cid(c) and k.body == cmd.body and k.first != cmd.match + 1:
                        return False
        return True

    def same_success(self, s):
        """Invariant 3, for answers that carry a commit only."""
        return all(len([x for x in a if x.startswith("200 v")]) <= 1 for a in s.answers)

    def same_answer(self, s):
        """Invariant 3 as worded: the same command twice has the same answer."""
        return all(len(a) <= 1 for a in s.answers)

    def refused_means_refused(self, s):
        """A command answered 409 or 412 is not in the log (and never gets there: checked in every state)."""
        for c, cmd in enumerate(self.cmds):
            if {"409", "412"} & s.answers[c] and any(
                k.cmd == self.cid(c) for k in s.log[cmd.stream][0]
            ):
                return False
        return True

    def ownership(self, s):
        """Nobody is answered from a commit that is not his: kind and body agree."""
        for c, cmd in enumerate(self.cmds):
            for ans in s.answers[c]:
                if ans.startswith("200 v") and not ans.endswith((cmd.kind, "nothing to do")):
                    return False
                if ans.startswith("200 v"):
                    k = [k for k in s.log[cmd.stream][0] if k.cmd == self.cid(c)]
                    if k and k[0].body != cmd.body:
                        return False
        return True

    def invs(self, *names):
        return [(n, getattr(self, n)) for n in names]


def put(t, i, x):
    return t[:i] + (x,) + t[i + 1 :]


BASIC = ("dense", "one_effect", "acked_is_there", "if_match", "same_success")


def run():
    out = []
    go = lambda title, m, invs, **kw: out.append(
        scenario(title, m.init, m.steps, m.invs(*invs), **kw)
    )
    two = [
        Cmd("k1", "http", 0, 0, "add", 2),
        Cmd("k2", "http", 0, None, "add", 1),
        Cmd("k3", "http", 1, None, "add", 1),
    ]
    go(
        "a1 draft: 3 commands on 2 streams, one 2-event commit, If-Match and *, retries (2,2,1), a lost answer, a rollback",
        Model(two, attempts=(2, 2, 1), streams=2, lost=1, rollback=1),
        BASIC,
    )
    one = [Cmd("k1", "http", 0, 0, "add", 2), Cmd("k2", "http", 0, None, "add", 1)]
    go(
        "a2 draft: 1 stream, attempts (3,1), 2 lost answers, a rollback",
        Model(one, attempts=(3, 1), lost=2, rollback=1),
        BASIC,
    )
    go(
        "a3 draft: duplicate key against a commit that is then rolled back: 412, then the effect",
        Model(one, attempts=(2, 1), lost=1, rollback=1),
        ("refused_means_refused",),
        expect="violated",
    )
    go(
        "a3' change: a refusal only from a view confirmed by a linearizable look-up of (stream, head+1); a duplicate always reloads",
        Model(one, attempts=(2, 1), lost=1, rollback=1, refuse="confirm"),
        ("refused_means_refused",) + BASIC,
    )
    st = [Cmd("k0", "http", 0, None, "add", 1), Cmd("k1", "http", 0, 1, "add", 1)]
    go(
        "a4 draft: a deposed primary serves an old majority view: 412 for a committed command",
        Model(st, attempts=(1, 2), lost=1, stale=1),
        ("refused_means_refused",),
        expect="violated",
    )
    go(
        "a4' not enough: look the command_id up (linearizable) before refusing",
        Model(st, attempts=(1, 2), lost=1, stale=1, refuse="lookup"),
        ("refused_means_refused",),
        expect="violated",
    )
    go(
        "a4'' change: as a3'",
        Model(st, attempts=(1, 2), lost=1, stale=1, rollback=1, refuse="confirm"),
        ("refused_means_refused",) + BASIC,
    )
    ck = [Cmd("k1", "http", 0, None, "in time", 1)]
    go(
        "a5 draft: the decision depends on `now`, the first insert is still under way: 409, then the effect",
        Model(ck, attempts=2, lost=1, clock=True),
        ("refused_means_refused",),
        expect="violated",
    )
    go(
        "a5' a3' does not help here (the first insert is nowhere yet): state it, only 2xx is for ever",
        Model(ck, attempts=2, lost=1, clock=True, refuse="confirm"),
        ("refused_means_refused",),
        expect="violated",
        trace=False,
    )
    go(
        "a5'' what does hold with `now`: one effect, one success answer",
        Model(ck, attempts=3, lost=2, clock=True, rollback=1),
        BASIC,
    )
    no3 = [
        Cmd("kA", "http", 0, None, "set A", 1),
        Cmd("kA2", "http", 0, None, "set A", 1),
        Cmd("kB", "http", 0, None, "set B", 1),
    ]
    go(
        "a6 draft: 'nothing left to do returns no events' leaves no trace: the repeat has an effect and another answer",
        Model(no3, attempts=(1, 2, 1), lost=0),
        ("same_answer",),
        expect="violated",
    )
    go(
        "a6' change: a command that decides nothing is noted by an event of its own",
        Model(no3, attempts=(1, 2, 1), lost=0, noop="noted"),
        ("same_answer",) + BASIC,
    )
    co = [
        Cmd("timer:review:0301", "http", 0, None, "add note", 1),
        Cmd("timer:review:0301", "timer", 0, None, "overdue", 1),
    ]
    go(
        "a7 draft: a client's Idempotency-Key equals a timer's command_id: the timer believes it has fired",
        Model(co, attempts=1, lost=0),
        ("ownership",),
        expect="violated",
    )
    go(
        "a7' change: command_id = <origin>:<caller>:<key>",
        Model(co, attempts=1, lost=0, ns="spaced"),
        ("ownership",) + BASIC,
    )
    mb = [Cmd("k", "http", 0, None, "add", 1, "x"), Cmd("k", "http", 0, None, "add", 1, "y")]
    go(
        "a8 a reading of the draft: after a duplicate key 'same command, its answer' without request_mac",
        Model(mb, attempts=1, lost=0, mac2=False),
        ("ownership",),
        expect="violated",
    )
    go(
        "a8' change: request_mac is compared wherever an answer is taken from a commit",
        Model(mb, attempts=1, lost=0),
        ("ownership",) + BASIC,
    )
    return out


if __name__ == "__main__":
    run()
