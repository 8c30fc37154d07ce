"""What waits for workers, and the few worker processes of one queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from gdviz.jobs.job import Job
from gdviz.jobs.seat import Seat
from gdviz.jobs.turns import SEATS, Turns

GRACE = 1.0
"""Seconds that a cancelled job has to notice before its worker is ended."""

IDLE = 60.0
"""Seconds after which a worker is ended that has nothing to do, but for one that does not give way."""

TRIES = 2
"""A job whose worker is ended from outside is tried once more."""

TRIES_OF_KEEPERS = 5
"""Tries of a job that goes on from what it kept; counted anew whenever it has kept more."""


class WorkerQueue:
    """Runs jobs in worker processes in the order that `Turns` gives; mostly that is one process.

    A thread waits for the messages about a job that runs; nothing else touches a worker but to write to it or end it.

    Parameters
    ----------
    niceness : int
        How far the workers give way to the page and to other queues.
    seat : callable
        niceness -> a `Seat`.
    clock : callable

    Attributes
    ----------
    warm_call : bytes or None
        A pickled call that a worker makes which is started before it is needed.
    """

    def __init__(
        self, niceness: int = 0, seat: Callable[[int], Seat] = Seat, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._niceness, self._make_seat = niceness, seat
        self._lock = threading.RLock()
        self._turns = Turns(clock=clock)
        self._seats: list[Seat] = []
        self._threads: set[threading.Thread] = set()
        self._closed = False
        self.warm_call: bytes | None = None

    def add(self, job: Job) -> None:
        """Let a job wait for its turn."""
        with self._lock:
            self._turns.waiting.append(job)
            self._step()

    def stop(self, job: Job) -> None:
        """Free the worker of a cancelled job: ask, and end the process if it does not answer in time."""
        with self._lock:
            if job in self._turns.waiting:
                self._turns.waiting.remove(job)
            elif seat := self._seat_of(job):
                seat.send("cancel", job)
                timer = threading.Timer(GRACE, self._end_worker_of, (job,))
                timer.daemon = True
                timer.start()

    def ahead(self, job: Job) -> list[Job] | None:
        """The jobs that a waiting one waits for, those that run first; None for a job that does not wait."""
        return self._turns.ahead(job)  # without the lock: many pages ask, often

    def tick(self) -> None:
        """Look whose turn it is; called every now and then."""
        with self._lock:
            if not self._closed:
                self._step()
                for seat in sorted(self._seats, key=lambda seat: not seat.gives_way):
                    idle = seat.job is None and time.monotonic() - seat.free_since > IDLE
                    if idle and (seat.gives_way or len(self._seats) > 1):
                        self._seats.remove(seat)
                        seat.end()

    @property
    def pid(self) -> int | None:
        """The first worker's process id, None while there is none."""
        seats = self._seats
        return seats[0].pid if seats else None

    def close(self) -> None:
        """End the workers and wait until they have gone."""
        with self._lock:
            self._closed = True
            jobs = [*self._turns.waiting, *self._turns.running]
            self._turns.waiting.clear()
            for seat in self._seats:
                seat.kill()
        for job in jobs:
            job.end("cancelled")
        for thread in list(self._threads):
            thread.join()
        for seat in self._seats:
            seat.end()

    # ------------------------------------------------------------------ whose turn it is
    def _step(self) -> None:
        if self._closed:
            return
        step = self._turns.step()
        for job in step.put_back:
            if seat := self._seat_of(job):
                self._seats.remove(seat)
                seat.job = None  # its thread sees that the job is no longer its own
                seat.kill()
            job.put_back()
        for job in step.begin:
            self._give(self._free_seat(), job)
        for seat in list(self._seats):
            if seat.job in self._turns.running:
                self._let_rest_or_go(seat)

    def _let_rest_or_go(self, seat: Seat) -> None:
        job = seat.job
        assert job is not None
        resting = self._turns.should_rest(job)
        if resting != job.resting:
            job.rest(resting)
            seat.send("rest" if resting else "go", job)
        if job.long and self._turns.crowded and not seat.gives_way:
            seat.give_way()
            if self.warm_call is not None and len(self._seats) < SEATS:
                self._give(self._new_seat(), Job("warm", self.warm_call, self.stop))  # somebody will need one that does not

    def _give(self, seat: Seat, job: Job) -> None:
        seat.job = job
        thread = threading.Thread(target=self._work, args=(seat, job), daemon=True)
        self._threads.add(thread)
        thread.start()

    def _free_seat(self) -> Seat:
        """A worker that does nothing, rather one that gives way than one that has yet to start."""
        free = [seat for seat in self._seats if seat.job is None]
        return min(free, key=lambda seat: seat.gives_way) if free else self._new_seat()

    def _new_seat(self) -> Seat:
        self._seats.append(self._make_seat(self._niceness))
        return self._seats[-1]

    def _seat_of(self, job: Job) -> Seat | None:
        return next((seat for seat in self._seats if seat.job is job), None)

    def _end_worker_of(self, job: Job) -> None:
        with self._lock:
            if seat := self._seat_of(job):
                seat.kill()

    # ------------------------------------------------------------------ on the thread of a job that runs
    def _work(self, seat: Seat, job: Job) -> None:
        while self._begins(seat, job):
            answered = self._run(seat, job)
            if not answered and self._closed:
                job.end("cancelled")
            elif not answered and seat.job is job and job.tries >= (TRIES_OF_KEEPERS if job.keeps else TRIES):
                often = f"{job.tries} times without getting any further" if job.keeps else "twice"
                job.end("failed", error=f"The worker process was ended from outside {often}; ask again.")
        with self._lock:
            self._threads.discard(threading.current_thread())
            if seat.job is not job:  # it was put back, and its process ended
                seat.end()
                return
            job.call = b""
            if job in self._turns.running:
                self._turns.running.remove(job)
            seat.job, seat.free_since = None, time.monotonic()
            self._step()

    def _begins(self, seat: Seat, job: Job) -> bool:
        with self._lock:
            return seat.job is job and job.begin()

    def _run(self, seat: Seat, job: Job) -> bool:
        """Hand the job to the worker and pass on what it says; False when the worker died first."""
        with self._lock:
            if self._closed or seat.job is not job:
                return False
            try:
                seat.start()
            except OSError as error:
                job.end("failed", error=f"No worker process could be started ({error.strerror}).")
                return True
            seat.send("run", job)
            if job.resting:
                seat.send("rest", job)
        answered = seat.listen(partial(self._hear, seat, job))
        if not answered:
            with self._lock:
                seat.end()
        return answered

    def _hear(self, seat: Seat, job: Job, number: int, what: str, value: object) -> bool:
        return number == job.number and seat.job is job and job.hear(what, value)
