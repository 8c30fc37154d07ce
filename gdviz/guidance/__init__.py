"""Guidance methods: one file each. A method is data in, data out: base, push, and what multiplies the push.

w = 0 always means no guidance; CFG is base p(. | c) plus w times (score of p(. | c) - score of p).
"""

from gdviz.guidance._guidance import GUIDANCE as GUIDANCE
from gdviz.guidance._guidance import GuidanceContext as GuidanceContext
from gdviz.guidance._guidance import GuidanceKind as GuidanceKind
from gdviz.guidance._guidance import Label as Label
from gdviz.guidance._label_plan import label_plan as label_plan
from gdviz.guidance._label_plan import mean_reciprocal as mean_reciprocal
from gdviz.guidance._plan import Goal as Goal
from gdviz.guidance._plan import Plan as Plan
from gdviz.guidance._reward_plan import reward_plan as reward_plan
from gdviz.guidance._rule import Guidance as Guidance
from gdviz.guidance._rule import Guide as Guide
from gdviz.guidance._rule import Guided as Guided
from gdviz.guidance._rule import WeightedGuidance as WeightedGuidance
from gdviz.guidance._schedule import SCHEDULES as SCHEDULES
from gdviz.guidance._schedule import ScheduleKind as ScheduleKind
from gdviz.guidance._unified import Unified as Unified
from gdviz.guidance.schedules._progress import ProgressSchedule as ProgressSchedule
