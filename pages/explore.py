"""Explore: watch guided particles beside unguided ones, from the same noise."""

ICON, SECTION, PLACE = "animation", "", 1  # read by the router

from gdviz.ui.explore import page as explore
from gdviz.ui.parts.frame import heading

heading("What guidance does")
opened = explore.opened()
stage = explore.show(opened)
reading = explore.edit(opened, stage)
explore.await_news(opened, stage, reading)
