"""How far a run is when a page begins to draw; its finished answer may be this session's, another's, or the program's own."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from gdviz.jobs import Job
from gdviz.server import store
from gdviz.ui.parts.workers import pool

_AGAIN = "kept.again"

SAME = "Finished. Run it again, and the same numbers come out."


@dataclass(frozen=True)
class Found:
    """A run as it was at one instant.

    A job goes on while the page is drawn. A page that asked it twice whether it runs might draw it as running and, as it had
    ended meanwhile, not wait for it: that page would stay as it is for ever. So what is drawn and whether to wait is read here.

    Attributes
    ----------
    key : str
    job : Job or None
        To cancel, and to look for news; not to be asked for its state.
    state : {"waiting", "running", "done", "failed", "cancelled"} or None
        None without a job.
    raw : bytes or None
        The best answer so far.
    complete : bool
        Nothing is missing of it.
    """

    key: str
    job: Job | None
    state: str | None
    raw: bytes | None
    complete: bool

    @property
    def active(self) -> bool:
        """Whether more will come without anybody doing anything."""
        return not self.complete and self.state in ("waiting", "running")

    @property
    def problem(self) -> str | None:
        """Why no more will come, in one sentence."""
        return self.job.error or "The run failed." if self.job is not None and self.state == "failed" else None

    def news(self, parts: bool = True) -> bool:
        """Whether there is more to draw by now: the end, or a part that is new."""
        return self.job is not None and (self.job.finished or (parts and self.job.partial is not self.raw))

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()


def find(key: str) -> Found:
    """The run of a key, its finished answer first, unless the reader has it run again."""
    job = pool().find(key)
    state = None if job is None else job.state  # read before the answers: what has ended by then is among them
    again: set[str] = st.session_state.setdefault(_AGAIN, set())
    if state in ("done", "failed", "cancelled"):
        again.discard(key)
    if key not in again and (answer := _answer(key, job, state)) is not None:
        return Found(key, job, state, answer, complete=True)
    return Found(key, job, state, None if job is None else job.partial, complete=False)


def _answer(key: str, job: Job | None, state: str | None) -> bytes | None:
    if job is not None and state == "done":
        result: bytes = job.result
        return result
    digest = store().find(key)
    return None if digest is None else store().read(digest)


def run_again(key: str) -> None:
    """Forget how a run ended, and look past the answer that is kept until it has run anew."""
    st.session_state.setdefault(_AGAIN, set()).add(key)
    pool().forget(key)
