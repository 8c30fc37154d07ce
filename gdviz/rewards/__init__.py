"""Rewards r(x) > 0: one file a family, and operations that build rewards from rewards."""

from gdviz.rewards._breaks import Break as Break
from gdviz.rewards._compiler import Expression as Expression
from gdviz.rewards._compiler import compile_expression as compile_expression
from gdviz.rewards._exponentials import MAX_TERMS as MAX_TERMS
from gdviz.rewards._exponentials import Exponentials as Exponentials
from gdviz.rewards._fields import Vector as Vector
from gdviz.rewards._fields import vector as vector
from gdviz.rewards._positivity import check_positive as check_positive
from gdviz.rewards._repairs import RewardRefused as RewardRefused
from gdviz.rewards._repairs import RewardRepair as RewardRepair
from gdviz.rewards._repairs import check_gives_reward as check_gives_reward
from gdviz.rewards._reward import POTENTIALS_AS_REWARD_HINT as POTENTIALS_AS_REWARD_HINT
from gdviz.rewards._reward import REWARDS as REWARDS
from gdviz.rewards._reward import Potential as Potential
from gdviz.rewards._reward import Reciprocal as Reciprocal
from gdviz.rewards._reward import Reward as Reward
from gdviz.rewards._reward import RewardContext as RewardContext
from gdviz.rewards._reward import RewardKind as RewardKind
from gdviz.rewards._reward import build_reward as build_reward
from gdviz.rewards._write_instead import ExpressionRefused as ExpressionRefused
