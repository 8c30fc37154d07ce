"""The scripts fit together in one scope, and nothing in them leaves the machine."""

from __future__ import annotations

import html
import re
from collections import Counter
from importlib.resources import files

import pytest
from player.fake_scene import fake_scene

from gdviz.errors import GdvizError
from gdviz.player import pack_scene, player_css, player_html, player_js, standalone_html
from gdviz.player.bundle import SCRIPTS, STYLES

FILES = [path for path in files("gdviz.player").iterdir() if path.name.endswith((".js", ".css"))]
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in FILES}


def test_every_file_is_bundled() -> None:
    assert set(SOURCES) == {*SCRIPTS, *STYLES}


def test_no_name_is_declared_twice() -> None:
    declared = re.findall(r"^(?:async )?(?:function|const|let|class)\s+(\w+)", player_js(), flags=re.MULTILINE)
    assert [name for name, count in Counter(declared).items() if count > 1] == []
    assert all(name.startswith(("gdviz", "Gdviz", "GDVIZ")) for name in declared)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_file_is_short_and_asks_nobody(name: str) -> None:
    text = SOURCES[name]
    assert text.count("\n") <= 350
    assert not re.search(r"^\s*(import|export)\b", text, flags=re.MULTILINE)
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", text)) - {"http://www.w3.org/2000/svg"}
    assert addresses == set()
    assert "</script" not in text.lower() and "</style" not in text.lower()


def test_the_component_gets_texts_of_several_lines() -> None:
    # a one-line string would be taken for a file name
    for text in (player_js(), player_css(), player_html()):
        assert "\n" in text.strip()
    assert player_js().rstrip().endswith("export default gdvizMount;")


def test_a_title_cannot_break_out_of_the_page() -> None:
    scene = pack_scene(fake_scene(1, n=20, frames=3, w=(0, 1), steps=6))
    page = standalone_html([scene], title="</title><script>alert(1)</script>", selection={"readout": "</script>"})
    assert html.escape("</title><script>alert(1)</script>") in page
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 3


@pytest.mark.parametrize("count", [0, 4])
def test_a_page_plays_one_to_three_scenes(count: int) -> None:
    with pytest.raises(GdvizError, match=f"found {count} scenes"):
        standalone_html([b""] * count)
