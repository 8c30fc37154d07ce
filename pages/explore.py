"""Explore: watch guided particles beside unguided ones, from the same noise."""

ICON, SECTION, PLACE = "animation", "", 1  # read by the router

from gdviz.ui.explore import page as explore
from gdviz.ui.explore.places import places
from gdviz.ui.parts.frame import heading

page = places()
with page.top:
    heading("What guidance does")
opened = explore.opened(page)
stage = explore.show(opened, page)
explore.show_share(opened, stage, page)
reading = explore.edit(opened, stage, page)
explore.show_links(opened, page)
explore.await_news(opened, stage, reading)
