"""A first result to show while the better one is made: no search, and hardly any deflate."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Any, Final

import numpy as np

from huepress._compress import compress
from huepress.options import CompressOptions
from huepress.palette import histogram
from huepress.palette.learn import learn
from huepress.result.report import Result
from huepress.study.sweep.plain import finish_plain
from huepress.types import Image, IndexedImage

# Errors are measured on every n-th row: close enough for figures that are shown for a second.
_ROWS: Final = 4


def draft(image: Image, options: CompressOptions) -> Result:
    """Compress a picture in a fraction of a second: 0.07 s of one core a megapixel.

    Parameters
    ----------
    image : Image
        The picture.
    options : CompressOptions
        The options of the final result. If nothing is learned (a given palette, lossless), the
        draft is the result of ``effort="fast"``.

    Returns
    -------
    Result
        Always a PNG of nearest colors, whatever format and goal are set. Every pixel weighs the
        same: weighting them as the eye does would take as long as everything else.
    """
    quick = options.changed(effort="fast")
    if options.lossless or options.palette is not None:
        return compress(image, quick)
    started = perf_counter()
    profile = image.source.icc_profile
    counted = histogram.count(image, n_threads=options.threads)
    fit = learn(counted, quick.changed(init="auto"), icc_profile=profile)
    plain = quick.changed(format="png", rate_weight=None, dither=None)
    return finish_plain(image, fit, plain, started)


def figures_of(result: Result) -> dict[str, Any]:
    """Return the figures of a draft like `Result.report`, with errors from some of the rows."""
    if result.indexed is None or result.status == "kept":
        return result.report(score=False)
    rows = np.ascontiguousarray(result.image.pixels[::_ROWS])
    part = replace(
        result,
        image=replace(result.image, pixels=rows, deep=None),
        indexed=IndexedImage(result.indexed.indices[::_ROWS], result.indexed.palette),
    )
    return part.report(score=False)
