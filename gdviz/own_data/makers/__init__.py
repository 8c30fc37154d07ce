"""Data sets that scikit-learn makes, by scikit-learn's own parameters: one file each."""

from gdviz.own_data.makers._maker import MAKERS as MAKERS
from gdviz.own_data.makers._maker import MakerKind as MakerKind
from gdviz.own_data.makers._maker import checked_maker as checked_maker
from gdviz.own_data.makers._maker import maker_of as maker_of
