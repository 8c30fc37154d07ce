"""One visitor with the longest run that is allowed, and another who edits beside it: asked of a running program."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.sessions import longest
from benchmarks.tabs import Tab

pytestmark = pytest.mark.verify  # the rules are in tests/jobs/test_turns.py, with a clock of their own
PATIENCE = 300.0
"""Seconds; the machine may be busy."""


def test_an_edit_is_answered_beside_the_longest_run_that_is_allowed(fenced):
    async def both() -> tuple[float, float]:
        url = fenced.program.url
        async with Tab(url, longest(), 1, PATIENCE) as hog, Tab(url, "preset=figure-1", 2, PATIENCE) as tab:
            preview = await hog.load()
            looks_on = asyncio.create_task(hog.idle(1000))
            await tab.load()
            edited, whole = await tab.edit(7), await tab.next_scene()
            looks_on.cancel()
            return preview, max(edited, whole)

    assert max(asyncio.run(both())) < PATIENCE, "the preview and the whole of it; the other run takes fifteen hours"
