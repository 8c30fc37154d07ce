"""People's own files of numbers: read, with what was recognised said, and made into a target."""

from gdviz.own_data.as_target import OwnTarget as OwnTarget
from gdviz.own_data.as_target import Scaling as Scaling
from gdviz.own_data.as_target import fitted as fitted
from gdviz.own_data.as_target import standardised as standardised
from gdviz.own_data.as_target import target_of as target_of
from gdviz.own_data.as_target import thinned as thinned
from gdviz.own_data.as_target import with_points as with_points
from gdviz.own_data.columns import column_names as column_names
from gdviz.own_data.points import OwnPoints as OwnPoints
from gdviz.own_data.points import parse_points as parse_points
from gdviz.own_data.points import read_points as read_points
