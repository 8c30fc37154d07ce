"""Progress through a part of a whole."""

from gdviz.progress import part, silent


def test_a_part_is_told_as_its_share_of_the_whole():
    heard: list[float] = []
    inner = part(part(heard.append, 0.5, 0.5), 0.2, 0.4)
    for done in (0.0, 0.5, 1.0):
        inner(done)
    assert heard == [0.6, 0.7, 0.8]


def test_nobody_has_to_listen():
    assert part(None, 0.5, 0.5) is silent
    silent(0.3)
