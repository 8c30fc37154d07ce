"""What a teacher's link adds to a scene: a note beside it, a lock on what is open, and parts that are not shown.

``note=`` is shown as typed; ``lock=1`` leaves time and w to move; ``hide=panel,charts`` leaves parts out; ``step=120`` opens
at a step.
The player reads the same fields of the address for its own parts (`player/web/teaching.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdviz.family import shown

LONGEST_NOTE = 400
HIDEABLE = ("panel", "scores", "share", "charts", "numbers", "sentence")


@dataclass(frozen=True)
class Teaching:
    """What a link asks for.

    Attributes
    ----------
    note : str
    locked : bool
        Nothing about the scene can be changed.
    hidden : frozenset of str
        Names of `HIDEABLE`.
    remark : str
        What could not be used.
    """

    note: str = ""
    locked: bool = False
    hidden: frozenset[str] = frozenset()
    remark: str = ""

    def shows(self, part: str) -> bool:
        """Whether a part is shown; what only changes the scene is not, once it is locked."""
        return part not in self.hidden and not (self.locked and part in ("panel", "scores"))

    @property
    def fields(self) -> dict[str, str]:
        """As an address holds it."""
        hide = ",".join(name for name in HIDEABLE if name in self.hidden)
        named = {"note": self.note, "lock": "1" if self.locked else "", "hide": hide}
        return {name: value for name, value in named.items() if value}


def read_teaching(query: Mapping[str, str]) -> Teaching:
    """What the fields of an address ask for.

    >>> read_teaching({"hide": "panel,doors", "lock": "1"}).remark
    "hide: found 'doors'; allowed: panel, scores, share, charts, numbers, sentence."
    """
    asked = [name.strip() for name in query.get("hide", "")[:200].split(",") if name.strip()]
    unknown = [name for name in asked if name not in HIDEABLE]
    remark = f"hide: found {shown(unknown[0])}; allowed: {', '.join(HIDEABLE)}." if unknown else ""
    note = query.get("note", "").strip()[:LONGEST_NOTE]
    return Teaching(note, query.get("lock") == "1", frozenset(asked) & frozenset(HIDEABLE), remark)
