"""Whose turn it is: the rules of a queue, without its processes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from gdviz.jobs.job import PROGRAM, Job

SEATS = 3
"""Jobs of a queue that have begun and not ended; all but one may be long."""

TURN = 5.0
"""Seconds that a long job runs before another long one goes on."""

HALF_LIFE = 60.0
"""Seconds in which half of what a visitor has used is forgotten."""


@dataclass
class Step:
    """What a queue does next."""

    begin: list[Job] = field(default_factory=list)
    put_back: list[Job] = field(default_factory=list)
    """Jobs that lose their worker, and what they did: they begin anew later."""


class Turns:
    """Decides which jobs of a queue run.

    - A visitor has one job of a queue at a time; among those who wait, who has used least comes first, and nobody's second job
      comes before another's first.
    - One short job runs, and beside it one long one. Long ones take turns, so that each goes on every few seconds.
    - A short job that runs on is long from then on. The last seat is never a long job's for good: should all be taken by
      long ones when a short one waits, the one that was thought to be short begins anew later, once.
    - What nobody looks at comes after what somebody waits for.

    Attributes
    ----------
    waiting, running : list of Job
        Those that rest are among the running ones.
    """

    def __init__(self, seats: int = SEATS, clock: Callable[[], float] = time.monotonic) -> None:
        self.waiting: list[Job] = []
        self.running: list[Job] = []
        self._seats, self._clock = seats, clock
        self._awake: Job | None = None
        self._turn_began = self._charged = clock()
        self._used: dict[str, float] = {}

    @property
    def crowded(self) -> bool:
        """Whether more than one visitor has been here lately."""
        return len(self._used.keys() - {PROGRAM.visitor}) > 1

    def order(self) -> list[Job]:
        """The waiting jobs, in the order in which they would begin if nothing else came."""
        return self._ordered(list(self.waiting), list(self.running))

    def _ordered(self, waiting: list[Job], running: list[Job]) -> list[Job]:
        turns = Counter(visitor for job in running for visitor in job.visitors)
        ranks = {}
        for job in sorted(waiting, key=lambda job: (job.away, job.number)):
            payer = min(job.visitors, key=lambda visitor: (turns[visitor], self._used.get(visitor, 0.0)))
            ranks[job] = job.away, turns[payer], self._used.get(payer, 0.0), job.number
            turns[payer] += 1
        return sorted(ranks, key=ranks.__getitem__)

    def ahead(self, job: Job) -> list[Job] | None:
        """The jobs that a waiting one waits for, those that run first; None for a job that does not wait.

        Any thread may ask: it looks at the lists as they are at one moment.
        """
        waiting, running = list(self.waiting), list(self.running)
        if job not in waiting:
            return None
        order = self._ordered(waiting, running)
        before = [*running, *order[: order.index(job)]]
        return [other for other in before if not other.finished and (other.long == job.long or self._same_visitor(other, job))]

    def step(self) -> Step:
        """What is to be done now; the lists of waiting and running jobs are changed accordingly."""
        self._charge()
        step = Step()
        for job in self.order():
            if self._may_begin(job):
                if len(self.running) >= self._seats:
                    late = next(job for job in self.running if not job.known_long)
                    self.running.remove(late)
                    self.waiting.append(late)
                    step.put_back.append(late)
                self.waiting.remove(job)
                self.running.append(job)
                step.begin.append(job)
        self._take_turns()
        return step

    def should_rest(self, job: Job) -> bool:
        """Whether a running job lets another long one go first."""
        return job.long and job is not self._awake

    def _may_begin(self, job: Job) -> bool:
        if all(any(visitor in other.visitors for other in self.running) for visitor in job.visitors):
            return False
        long = sum(other.long for other in self.running)
        if job.long:
            return long < self._seats - 1 and len(self.running) < self._seats
        return long == len(self.running)

    def _take_turns(self) -> None:
        now = self._clock()
        long = [job for job in self.running if job.long]
        if not long:
            self._awake = None
            return
        first = min(long, key=lambda job: (job.finished, job.away, self._used_by(job), job.number))
        awake = self._awake
        over = awake not in long or awake.finished or now - self._turn_began >= TURN or (awake.away and not first.away)
        if over:
            self._awake, self._turn_began = first, now

    def _charge(self) -> None:
        """Add the time since the last step to what the visitors have used whose jobs ran."""
        now = self._clock()
        passed, self._charged = now - self._charged, now
        kept = 0.5 ** (passed / HALF_LIFE)
        self._used = {visitor: left for visitor, used in self._used.items() if (left := used * kept) > 0.01}
        for job in self.running:
            for visitor in job.visitors:
                share = 0.0 if job.resting else passed / len(job.visitors)
                self._used[visitor] = self._used.get(visitor, 0.0) + share
        for job in self.waiting:
            for visitor in job.visitors:
                self._used.setdefault(visitor, 0.0)

    def _used_by(self, job: Job) -> float:
        return min(self._used.get(visitor, 0.0) for visitor in job.visitors)

    @staticmethod
    def _same_visitor(one: Job, other: Job) -> bool:
        return bool(one.visitors & other.visitors)
