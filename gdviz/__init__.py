"""gdviz: see and check what guidance does to a diffusion model."""

__version__ = "0.1.0"
