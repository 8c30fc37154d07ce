"""The animation that runs in the browser: plain JavaScript, and the thin Python that packs bytes for it."""

from gdviz.player.scene import Arrows as Arrows
from gdviz.player.scene import Grid as Grid
from gdviz.player.scene import Scene as Scene
from gdviz.player.scene import pack_scene as pack_scene
from gdviz.player.scene import unpack_scene as unpack_scene
