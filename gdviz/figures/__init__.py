"""Figures: numbers in, plotly Figure out; pure."""
