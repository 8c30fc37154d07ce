"""Guesses of the clean point that a noisy one leads to, one file each."""

from gdviz.guidance.look_aheads._look_ahead import LOOK_AHEADS as LOOK_AHEADS
from gdviz.guidance.look_aheads._look_ahead import LookAheadKind as LookAheadKind
from gdviz.guidance.look_aheads._look_ahead import Seen as Seen
from gdviz.guidance.look_aheads._look_ahead import log_reward_ahead as log_reward_ahead
from gdviz.guidance.look_aheads._look_ahead import see_ahead as see_ahead
