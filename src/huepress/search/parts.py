"""Parts of a given palette, for a file that its full use would make too large.

Nobody who gives a palette asks that all of it be used. What is mapped to the entries left out goes
to the nearest of the others; the palette itself stays as it is, and writers drop what is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from huepress.color.keys import with_alpha
from huepress.search.bench import Bench
from huepress.search.trial import Trial
from huepress.types import IndexedImage, Palette


def parts_of_given(bench: Bench) -> Iterator[Trial]:
    """Map plainly to fewer and fewer entries of the given palette, by halves, the most used last.

    Parameters
    ----------
    bench : Bench
        Of a picture whose palette is given; of any other nothing is yielded.

    Yields
    ------
    Trial
        With the whole palette, of which some entries are not used. The last uses as few as can be:
        one, and another for what is clear.
    """
    picture = bench.picture
    if picture.given is None:
        return
    plain = bench.nearest(bench.colors)
    colors = with_alpha(plain.fit.palette.colors, 4)
    used = np.bincount(plain.indexed.indices.reshape(-1), minlength=len(colors))
    entries = np.argsort(-used, kind="stable")[: np.count_nonzero(used)]
    clear = entries[colors[entries, 3] == 0]
    # Opaque ones first, so that opaque pixels have one to stay so.
    seen = entries[colors[entries, 3] > 0]
    seen = seen[np.argsort(colors[seen, 3] < 255, kind="stable")]
    left = len(seen) // 2
    while left:
        kept = np.sort(np.concatenate([clear, seen[:left]])).astype(np.uint8)
        fit = plain.fit
        part = replace(fit, palette=Palette(fit.palette.colors[kept]), centers=fit.centers[kept])
        indexed = IndexedImage(kept[picture.nearest(part).indices], fit.palette)
        yield picture.trial(indexed, fit, container=bench.container)
        left //= 2
