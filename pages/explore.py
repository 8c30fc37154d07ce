"""Explore: watch guided particles beside unguided ones, from the same noise."""

from gdviz.ui import explore
from gdviz.ui.frame import heading

heading("What guidance does")
opened = explore.opened()
stage = explore.show(opened)
explore.edit(opened)
explore.await_news(opened, stage)
