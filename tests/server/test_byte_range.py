"""Range headers: one range is served, what HTTP lets a server ignore is ignored."""

from __future__ import annotations

import pytest

from gdviz.server.byte_range import asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", range(0, 1)),
        ("bytes=2-4", range(2, 5)),
        ("bytes=2-", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(0, 10)),
        ("bytes=5-99", range(5, 10)),
        ("bytes = 2 - 4", range(2, 5)),
    ],
)
def test_a_part(header, part):
    assert asked_part(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_nothing_there(header):
    assert asked_part(header, 10) is not None and not asked_part(header, 10)


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1", "bytes=٣-", "bytes=" + "9" * 5000 + "-"]
)
def test_everything(header):
    assert asked_part(header, 10) is None
