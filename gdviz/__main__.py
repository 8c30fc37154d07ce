"""``python -m gdviz``."""

from gdviz.cli import main

main()
