"""Where a law's score comes from: exact, or learned behind the same seam."""

from gdviz.scores._scores import SCORES as SCORES
from gdviz.scores._scores import Base as Base
from gdviz.scores._scores import Score as Score
from gdviz.scores._scores import Scores as Scores
from gdviz.scores._scores import ScoresContext as ScoresContext
from gdviz.scores._scores import ScoresKind as ScoresKind
from gdviz.scores._scores import Wanted as Wanted
