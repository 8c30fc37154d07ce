"""Colours that mean one thing everywhere, told apart by colour-blind readers (Okabe and Ito): the player's, for plotly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """One meaning a colour, as ``#rrggbb``.

    Attributes
    ----------
    no_guidance, guided, reward : str
    exact : str
        What is known without simulation.
    predicted : str
        What an identity predicts from the same paths.
    muted : str
        Step changes, floors and other asides.
    conditional, powered, tilted : str
        Distances to the goal laws of those names.
    """

    no_guidance: str
    guided: str
    reward: str
    exact: str
    predicted: str
    muted: str
    conditional: str
    powered: str
    tilted: str

    def goal(self, name: str) -> str:
        """The colour of a goal law."""
        return {"conditional": self.conditional, "powered": self.powered, "tilted": self.tilted}.get(name, self.muted)


LIGHT = Palette(
    no_guidance="#0072b2",
    guided="#d55e00",
    reward="#009e73",
    exact="#16181c",
    predicted="#7a4fc4",
    muted="#5b6573",
    conditional="#b5507a",
    powered="#3a86a8",
    tilted="#8c6d46",
)

DARK = Palette(
    no_guidance="#5cb8f0",
    guided="#ff8f4f",
    reward="#3fd0a2",
    exact="#ffffff",
    predicted="#b99bf5",
    muted="#a0abba",
    conditional="#e08fbd",
    powered="#6cc3f2",
    tilted="#d0ab73",
)


def faded(colour: str, alpha: float) -> str:
    """The colour as rgba(...)."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
