"""Choose how a picture is mapped: colors x rate weight x dither, steered by the score.

In come a picture and what to aim for; out goes the indexed picture that serves it best. A trial
maps and scores; files are only made for the few trials that are compared by bytes.
"""

from huepress.search.bench import Bench, Learn, count_seen
from huepress.search.goals import (
    closest_score,
    default,
    fixed,
    for_container,
    reach_size,
    smallest,
)
from huepress.search.score import reach_score
from huepress.search.trial import Setting, Trial

__all__ = [
    "Bench",
    "Learn",
    "Setting",
    "Trial",
    "closest_score",
    "count_seen",
    "default",
    "fixed",
    "for_container",
    "reach_score",
    "reach_size",
    "smallest",
]
