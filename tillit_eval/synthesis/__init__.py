"""What do the sites say together, and how far would it hold for a new one?"""

from tillit_eval.synthesis._moderator import Moderator, ModeratorLevel
from tillit_eval.synthesis._reading import Contribution, design_of
from tillit_eval.synthesis.influence import Influence, assess_influence
from tillit_eval.synthesis.judging import judge_sites
from tillit_eval.synthesis.model import Pooled
from tillit_eval.synthesis.moderators import assess_moderator
from tillit_eval.synthesis.outcomes import PooledFamily, combine_outcomes
from tillit_eval.synthesis.pooling import combine_findings
from tillit_eval.synthesis.ranking import SiteEstimate, rank_sites
from tillit_eval.synthesis.sites import compare_sites
from tillit_eval.synthesis.verdicts import Verdicts, verdict_of

__all__ = [
    "Contribution",
    "Influence",
    "Moderator",
    "ModeratorLevel",
    "Pooled",
    "PooledFamily",
    "SiteEstimate",
    "Verdicts",
    "assess_influence",
    "assess_moderator",
    "combine_findings",
    "combine_outcomes",
    "compare_sites",
    "design_of",
    "judge_sites",
    "rank_sites",
    "verdict_of",
]
