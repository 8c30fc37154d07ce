"""Writes digits.npz from scikit-learn's copy of the data: ``python assets/digits/make_digits.py`` (scikit-learn installed)."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
images, digit = data.data.astype(np.uint8), data.target.astype(np.uint8)  # [1797, 64], [1797]
assert (images == data.data).all() and images.max() == 16
np.savez_compressed(Path(__file__).with_name("digits.npz"), images=images, digit=digit)
