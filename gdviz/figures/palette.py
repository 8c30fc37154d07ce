"""Colours that mean one thing everywhere, told apart by colour-blind readers (Okabe and Ito)."""

NO_GUIDANCE = "#0072B2"
GUIDED = "#D55E00"
REWARD = "#009E73"
MUTED = "#7A838C"
SERIES = (GUIDED, NO_GUIDANCE, REWARD, "#CC79A7", "#E69F00")


def faded(colour: str, alpha: float) -> str:
    """The colour as rgba(...)."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
