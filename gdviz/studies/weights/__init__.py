"""Learned guidance weights: what they look like, what they gain, and what they are held against."""
