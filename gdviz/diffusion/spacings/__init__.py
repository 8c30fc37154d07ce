"""Spacings of the noise levels: one file each."""
