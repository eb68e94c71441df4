"""Choose how a picture is mapped: colors x rate weight x dither, steered by the score.

In come a picture and what to aim for; out goes the indexed picture that serves it best. A trial
maps and scores; files are only made for the few trials that are compared by bytes.
"""

from huepress.search.bench import Bench
from huepress.search.choose import choose, format_of
from huepress.search.picture import count_seen
from huepress.search.setup import bench_of, bench_with, learn_palette
from huepress.search.trial import Setting, Trial

__all__ = [
    "Bench",
    "Setting",
    "Trial",
    "bench_of",
    "bench_with",
    "choose",
    "count_seen",
    "format_of",
    "learn_palette",
]
