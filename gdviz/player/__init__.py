"""The animation that runs in the browser: plain JavaScript, and the thin Python that packs bytes for it."""

from gdviz.player.bundle import player_css as player_css
from gdviz.player.bundle import player_html as player_html
from gdviz.player.bundle import player_js as player_js
from gdviz.player.scene import Arrows as Arrows
from gdviz.player.scene import DensityGrid as DensityGrid
from gdviz.player.scene import Scene as Scene
from gdviz.player.scene import pack_scene as pack_scene
from gdviz.player.scene import unpack_scene as unpack_scene
from gdviz.player.standalone import standalone_html as standalone_html
