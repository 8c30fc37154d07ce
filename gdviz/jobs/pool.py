"""Lanes of background work: asked for twice runs once."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gdviz.errors import GdvizError
from gdviz.jobs.job import Job
from gdviz.jobs.lane import Lane

LANES = {"preview": 0, "scene": 0, "curves": 5, "training": 10}
"""Name and niceness of the lanes of a server."""

KEPT = 64
"""Finished jobs remembered."""


class Pool:
    """One warm worker process per lane: a long run in one lane never delays a short answer in another.

    A job is a function of (its arguments, a `Report`). It runs in a worker, so the page keeps answering; it
    tells progress and partial results, and stops when it is cancelled. The same key asked for twice is one
    job. A worker that dies is replaced and its job tried once more; one that keeps its
    state goes on from there, as often as it gets further. The pool itself keeps nothing on disk.

    Parameters
    ----------
    lanes : mapping of str to int
        Name, and how far its worker gives way to others (niceness): somebody waits for a scene, a long
        run can wait.
    make_lane : callable
        niceness -> a lane; `Lane`, a worker process of this machine, by default.
    """

    def __init__(
        self, lanes: Mapping[str, int] = MappingProxyType(LANES), make_lane: Callable[[int], Any] = Lane
    ) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._lane_of: dict[str, Lane] = {}
        self._lanes = {lane: make_lane(niceness) for lane, niceness in lanes.items()}
        self._closed = False

    def warm(self, function: Callable[..., Any]) -> None:
        """Start the scene workers now with a job that imports what the first question will need."""
        for lane in ("preview", "scene"):
            if lane in self._lanes:
                self.submit(lane, f"warm-{lane}", function)

    def submit(self, lane: str, key: str, function: Callable[..., Any], *arguments: Any) -> Job:
        """Run function(*arguments, report) in a worker; a job of the same key is joined instead.

        A failed or cancelled job of that key is forgotten and runs anew.

        Parameters
        ----------
        lane : str
        key : str
        function : callable
            Found by its module and name, like the arguments' classes; a page's own functions are not.

        Raises
        ------
        GdvizError
            If the pool is closed.
        """
        call = pickle.dumps((function, arguments))
        with self._lock:
            if self._closed:
                raise GdvizError("jobs: found the workers closed; start the program again.")
            job = self._jobs.get(key)
            if job is not None and job.state not in ("failed", "cancelled"):
                return job
            self._jobs.pop(key, None)  # the newest job is the last
            job = self._jobs[key] = Job(key, call, self._lanes[lane].stop)
            self._lane_of[key] = self._lanes[lane]
            self._forget_old()
            self._lanes[lane].add(job)
            return job

    def find(self, key: str) -> Job | None:
        """The job of a key, if it is remembered."""
        return self._jobs.get(key)

    def forget(self, key: str) -> None:
        """Let a finished job of a key run anew when it is asked for again."""
        with self._lock:
            if key in self._jobs and self._jobs[key].finished:
                del self._jobs[key], self._lane_of[key]

    def ahead(self, key: str) -> list[Job] | None:
        """The jobs that come before a waiting one in its lane; None when the key's job does not wait."""
        with self._lock:
            job, lane = self._jobs.get(key), self._lane_of.get(key)
        return None if job is None or lane is None else lane.ahead(job)

    @property
    def pids(self) -> dict[str, int | None]:
        """Each lane's worker process, None where none runs."""
        return {name: lane.pid for name, lane in self._lanes.items()}

    def close(self) -> None:
        """Cancel all jobs and end the workers; returns when they have gone."""
        with self._lock:
            self._closed = True
        for lane in self._lanes.values():
            lane.close()

    def _forget_old(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[key], self._lane_of[key]
