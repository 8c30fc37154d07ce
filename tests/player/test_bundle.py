"""The player as it is handed to a page: one script, one stylesheet, nothing that leaves the machine."""

from __future__ import annotations

import html

import pytest
from player.fake_scene import fake_scene

from gdviz.errors import GdvizError
from gdviz.player import pack_scene, player_css, player_html, player_js, standalone_html
from gdviz.player.bundle import STYLES, WEB


def test_every_style_is_bundled_and_asks_nobody() -> None:
    assert {path.name for path in WEB.iterdir() if path.name.endswith(".css")} == set(STYLES)
    assert "</style" not in player_css().lower() and "//" not in player_css()


def test_the_component_gets_texts_of_several_lines() -> None:
    # a one-line string would be taken for a file name
    for text in (player_js(), player_css(), player_html()):
        assert "\n" in text.strip()
    assert player_js().rstrip().endswith("export default $streamlit.showComponent;")


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
