"""Compare: guidance methods on one scene, against exact samples of the goal."""

ICON, SECTION, PLACE = "leaderboard", "Lab", 8  # read by the router

from gdviz.ui.parts.frame import heading

heading("Which method comes nearest to the goal?")

from gdviz.ui.compare import page as compare  # the title shows before the slow imports

compare.page()
