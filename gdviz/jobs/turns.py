"""Whose turn it is: the rules of a queue, without its processes."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from gdviz.jobs.job import PROGRAM, Job

SEATS = 3
"""Jobs of a queue, for each that it can run at a time, that have begun and not ended; all but one may be long."""

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

    - A visitor has one job of a queue at a time; nobody's second job comes before another's first; among first jobs addresses
      take turns, so that many visitors at one are no more than one at another; then who has used least comes first.
    - One short job runs, and beside it one long one. Long ones take turns, so that each goes on every few seconds; while there
      are others, an address has one of the two seats.
    - A short job that runs on is long from then on. The last seat is never a long job's for good: should all be taken by
      long ones when a short one waits, the one that was thought to be short begins anew later, once.
    - What nobody looks at comes after what somebody waits for.

    On a cluster, all of this so many times at once as it has threads.

    Attributes
    ----------
    waiting, running : list of Job
        Those that rest are among the running ones.
    width : int
        How many short jobs run at a time, and as many long ones.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.waiting: list[Job] = []
        self.running: list[Job] = []
        self.width = 1
        self._clock = clock
        self._awake: list[Job] = []
        self._turn_began = self._charged = clock()
        self._used: dict[str, float] = {}
        self._place: dict[str, str] = {}  # of whom in the line above

    @property
    def crowded(self) -> bool:
        """Whether more than one visitor has been here lately."""
        return len(self._used.keys() - {PROGRAM.visitor}) > 1

    def order(self) -> list[Job]:
        """The waiting jobs, in the order in which they would begin if nothing else came."""
        return self._ordered(list(self.waiting), list(self.running))

    def _ordered(self, waiting: list[Job], running: list[Job]) -> list[Job]:
        turns = Counter(visitor for job in running for visitor in job.visitors)
        ranks, payers = {}, {}
        for job in sorted(waiting, key=lambda job: (job.away, job.number)):
            payer = payers[job] = min(job.askers, key=lambda asker: (turns[asker.visitor], self._used.get(asker.visitor, 0.0)))
            ranks[job] = job.away, turns[payer.visitor], self._used.get(payer.visitor, 0.0), job.number
            turns[payer.visitor] += 1
        of_places, used, order = Counter(place for job in running for place in job.places), defaultdict[str, float](float), {}
        for visitor, place in list(self._place.items()):
            used[place] += self._used.get(visitor, 0.0)
        for job in sorted(ranks, key=ranks.__getitem__):
            (away, turn, *rest), place = ranks[job], payers[job].place
            order[job] = away, turn, of_places[place], used[place], *rest
            of_places[place] += 1
        return sorted(order, key=order.__getitem__)

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
                if len(self.running) >= SEATS * self.width:
                    late = next(job for job in self.running if job.long and not job.known_long)
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
        return job.long and job not in self._awake

    def _may_begin(self, job: Job) -> bool:
        if all(sum(visitor in other.visitors for other in self.running) >= self.width for visitor in job.visitors):
            return False
        long = [other for other in self.running if other.long]
        if not job.long:
            return len(self.running) - len(long) < self.width
        if len(long) >= (SEATS - 1) * self.width or len(self.running) >= SEATS * self.width:
            return False
        alone = set(self._place.values()) - {PROGRAM.place} <= job.places
        return alone or any(sum(place in other.places for other in long) < self.width for place in job.places)

    def _take_turns(self) -> None:
        now = self._clock()
        long = [job for job in self.running if job.long]
        awake = [job for job in self._awake if job in long and not job.finished]
        others = any(not job.away for job in long if job not in awake)
        if (
            len(awake) < min(self.width, len(long))
            or now - self._turn_began >= TURN
            or (others and any(job.away for job in awake))
        ):
            awake = sorted(long, key=lambda job: (job.finished, job.away, self._used_by(job), job.number))[: self.width]
            self._turn_began = now
        self._awake = awake

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
        now_here = {asker.visitor: asker.place for job in [*self.running, *self.waiting] for asker in job.askers}
        self._place = {visitor: place for visitor, place in {**self._place, **now_here}.items() if visitor in self._used}

    def _used_by(self, job: Job) -> float:
        return min(self._used.get(visitor, 0.0) for visitor in job.visitors)

    @staticmethod
    def _same_visitor(one: Job, other: Job) -> bool:
        return bool(one.visitors & other.visitors)
