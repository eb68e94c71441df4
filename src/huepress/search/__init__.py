"""Choose how a picture is mapped: colors x rate weight x dither, steered by the score.

A picture and a goal go in; the indexed picture that meets the goal best comes out. A trial maps and
scores; files are made only for the few trials that are compared by bytes.
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
