"""A first result to look at while the better one is made: no search, and hardly any deflate."""

from __future__ import annotations

from time import perf_counter

from huepress.colorspace import space_of
from huepress.compress import compress, learn
from huepress.options import CompressOptions
from huepress.report import Result
from huepress.search import count_seen
from huepress.sweep.plain import finish_plain
from huepress.types import Image


def draft(image: Image, options: CompressOptions) -> Result:
    """Compress a picture in a fraction of a second: 0.1 s of one core a megapixel.

    Parameters
    ----------
    image : Image
        The picture.
    options : CompressOptions
        What to make of it in the end. Where nothing is learned (a given palette, lossless) the
        draft is what ``effort="fast"`` makes.

    Returns
    -------
    Result
        A PNG whatever format is wanted, of nearest colors whatever is aimed for.
    """
    quick = options.changed(effort="fast")
    if options.lossless or options.palette is not None:
        return compress(image, quick)
    started = perf_counter()
    profile = image.source.icc_profile
    space = space_of(options.color_space, profile)
    counted = count_seen(image, space, n_threads=options.threads)
    fit = learn(counted, quick.changed(init="auto"), icc_profile=profile)
    plain = quick.changed(format="png", rate_weight=None, dither=None)
    return finish_plain(image, fit, plain, started)
