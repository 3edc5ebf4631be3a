"""(l) A log gets more lanes: two writers, a sequencer, and a command that may be killed between its steps.

Two streams, two commits each; stream s hashes to lane s % number. Topic, document and head note have a number each.
The command raises them one after the other while the sequencer is stopped. Writers should be stopped too; one may go on
with the number that it read before. The sequencer starts only if the three numbers allow it, and orders its lanes alone.
Switches (draft's value first):
  lane   "now"  : a commit goes to the lane that its writer's number gives
         "first": a stream keeps the lane of its first commit
  told   True   : a writer may be told a number of its own, and starts with it
         False  : a process starts with the number of the document alone
  steps  the order in which the command raises topic (t), document (d) and note (n)
"""

from collections import namedtuple

from mc import scenario

OLD, NEW = 1, 2
S = namedtuple("S", "topic doc note commits placed writers seq pc faults")
# commits: for each stream the lanes of its commits; placed: how many of each are ordered; writers: the number that each
# works with, 0 stopped; seq: the sequencer's number, 0 stopped; pc: the command's next step, None while it does not run


class Model:
    def __init__(self, lane="first", told=False, steps="tdn", kills=1, zombies=1):
        self.lane, self.told, self.order = lane, told, steps
        self.init = S(OLD, OLD, OLD, ((), ()), (0, 0), (OLD, OLD), OLD, None, (kills, zombies))

    def fits(self, s):
        return s.topic == s.doc >= s.note

    def steps(self, s):
        kills, zombies = s.faults
        put = lambda xs, i, x: xs[:i] + (x,) + xs[i + 1 :]
        for w, number in enumerate(s.writers):
            if number:
                at = put(s.writers, w, 0)
                if s.pc is None:
                    yield f"writer {w} is stopped", s._replace(writers=at)
                for st, lanes in enumerate(s.commits):
                    if len(lanes) < 2:
                        lane = lanes[0] if lanes and self.lane == "first" else st % number
                        more = put(s.commits, st, (*lanes, lane))
                        yield (
                            f"writer {w} appends to stream {st}, lane {lane}",
                            s._replace(commits=more),
                        )
            elif s.pc is None and (s.doc >= s.note):
                yield (
                    f"writer {w} starts with {s.doc}",
                    s._replace(writers=put(s.writers, w, s.doc)),
                )
                if self.told and zombies:
                    yield (
                        f"!writer {w} is told {NEW} and starts",
                        s._replace(writers=put(s.writers, w, NEW), faults=(kills, 0)),
                    )
        if s.seq:
            yield "the sequencer is stopped", s._replace(seq=0)
            for st, lanes in enumerate(s.commits):
                n = s.placed[st]
                if n < len(lanes) and lanes[n] < s.seq:
                    yield (
                        f"stream {st} gets a position in lane {lanes[n]}",
                        s._replace(placed=put(s.placed, st, n + 1)),
                    )
        elif s.pc is None and self.fits(s):
            yield f"the sequencer starts with {s.doc}", s._replace(seq=s.doc)
        if s.pc is None and not s.seq and s.note < NEW:
            if not any(s.writers):
                yield "the command begins", s._replace(pc=0)
            elif zombies:
                yield "!the command begins, a writer goes on", s._replace(pc=0, faults=(kills, 0))
        if s.pc is not None:
            if kills:
                yield "!the command is killed", s._replace(pc=None, faults=(kills - 1, zombies))
            field = {"t": "topic", "d": "doc", "n": "note"}[self.order[s.pc]]
            after = None if s.pc == 2 else s.pc + 1
            yield f"the command raises the {field}", s._replace(**{field: NEW}, pc=after)

    def one_lane(self, s):
        return all(len(set(lanes)) <= 1 for lanes in s.commits)

    def startable(self, s):
        """Whoever reads the document while nobody works on it is not told of an edited database."""
        return s.pc is not None or s.doc >= s.note

    def goal(self, s):
        return s.placed == (2, 2) and s.topic == s.doc == s.note == NEW


def run():
    out = []
    for title, m, expect in (
        (
            "l1 draft: a stream goes by the number of the day: its commits are in two lanes",
            Model(lane="now"),
            "violated",
        ),
        (
            "l2 the note before the document: killed between them, it looks like an edited database",
            Model(steps="tnd"),
            "violated",
        ),
        (
            "l3 lanes of the first commit; topic, document, note; killed anywhere, one writer goes on",
            Model(kills=2),
            "holds",
        ),
    ):
        inv = [
            ("a stream is in one lane", m.one_lane),
            ("a start says what is left to do", m.startable),
        ]
        out.append(scenario(title, m.init, m.steps, inv, m.goal, expect=expect))
    ahead = Model(told=True)
    out.append(
        scenario(
            "l4 draft: a process is told a number of its own: a lane that nobody orders",
            ahead.init,
            ahead.steps,
            [("every lane that has commits is one of the log's", ahead_of)],
            expect="violated",
        )
    )
    own = Model()
    out.append(
        scenario(
            "l4' change: the number is the log's own",
            own.init,
            own.steps,
            [("every lane that has commits is one of the log's", ahead_of)],
        )
    )
    return out


def ahead_of(s):
    return all(lane < s.doc for lanes in s.commits for lane in lanes)


if __name__ == "__main__":
    run()
