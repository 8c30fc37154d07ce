"""The router: page configuration and navigation, nothing else.

A page is a file of pages/. The first words of it are its name; its constants say where it stands in the navigation: SECTION,
"" for the first ones, PLACE within it, and ICON, a name of Material's.
"""

import ast
import gc
from pathlib import Path

import streamlit as st

from gdviz.resources import resource

# The icon is a file of ours: a named one would be fetched from the network.
st.set_page_config(page_title="gdviz", page_icon=str(resource("assets", "icon.svg")), layout="wide")


@st.cache_resource
def pages() -> dict[str, list[tuple[str, str, str]]]:
    """Section, and the file, name and icon of its pages in their order. Read, not run: a page imports what is slow."""
    found = []
    for file in (Path(__file__).parent / "pages").glob("[!_]*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        icon, section, place = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
        title = (ast.get_docstring(tree) or file.stem).partition(":")[0]
        found.append((section, place, f"pages/{file.name}", title, icon))
    sections: dict[str, list[tuple[str, str, str]]] = {}
    for section, _, path, title, icon in sorted(found):
        sections.setdefault(section, []).append((path, title, icon))
    return sections


page = st.navigation(
    {
        section: [
            st.Page(path, title=title, icon=f":material/{icon}:", default=path == "pages/explore.py", url_path=Path(path).stem)
            for path, title, icon in members
        ]
        for section, members in pages().items()
    },
    position="top",
)
try:
    page.run()
finally:
    # Streamlit collects all garbage after each run: it would walk through torch, pandas and what every session holds, more
    # than half of the server's time beside a hundred sessions. What is frozen is left to the collection of `workers.pool`.
    gc.freeze()
