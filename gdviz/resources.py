"""Where the files that are not Python modules lie: in a checkout beside the package, in a wheel inside it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gdviz.errors import GdvizError

_PACKAGE = Path(__file__).resolve().parent


@lru_cache(maxsize=256)
def resource(*parts: str, package: Path = _PACKAGE) -> Path:
    """Path of a file or folder that travels with the program.

    ``resource("app.py")``, ``resource("pages")``, ``resource("assets", "presets")`` work alike in a
    checkout (``<root>/app.py``) and in an installed wheel (``gdviz/_app/app.py``). With no parts it
    is the folder that holds all of them, which is where Streamlit should run.

    Parameters
    ----------
    *parts : str
        Path below that folder.
    package : Path
        Folder of the gdviz package; for tests.

    Raises
    ------
    GdvizError
        If it is missing.
    """
    # The inside of the package comes first: beside an installed package lie strangers' files.
    inside, checkout = package / "_app", package.parent
    installed = inside.is_dir() or not (checkout / "pyproject.toml").is_file()
    path = (inside if installed else checkout).joinpath(*parts)
    if not path.exists():
        raise GdvizError(f"found no {path}; this installation of gdviz is incomplete, install it again.")
    return path
