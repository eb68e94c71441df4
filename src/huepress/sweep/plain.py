"""From a learned palette to a file without any search: what k alone does."""

from __future__ import annotations

from time import perf_counter

from huepress.colorspace import space_of
from huepress.encode import carry, encode
from huepress.options import CompressOptions
from huepress.palette_files import parse_hex
from huepress.remap import remap
from huepress.remap.rate import RateMap
from huepress.report import Result
from huepress.types import Image, PaletteFit

DEFLATE_EFFORT = "fast"
"""A quarter of the time of the default's deflate, for 0 to 6 % more bytes (docs/lab-book.md)."""


def finish_plain(image: Image, fit: PaletteFit, options: CompressOptions, started: float) -> Result:
    """Map every pixel once and write the file.

    Parameters
    ----------
    image : Image
        The picture.
    fit : PaletteFit
        Its palette.
    options : CompressOptions
        ``rate_weight`` and ``dither`` count as 0, plain nearest color, when they are not given.
    started : float
        When the clock of the result began (`time.perf_counter`).

    Returns
    -------
    Result
        Always the indexed picture, also where the input file is smaller.
    """
    space = space_of(options.color_space, image.source.icc_profile)
    weight, dither = options.rate_weight or 0.0, options.dither or 0.0
    if weight == 0 and dither == 0:
        indexed = remap(image, fit.palette, space, n_threads=options.threads)
    else:
        mapping = RateMap(image.pixels, fit.palette, color_space=space, n_threads=options.threads)
        indexed = mapping.map(max(weight, 1e-6), dither=dither, find=options.effort != "fast")
    encoded = encode(
        indexed,
        "png" if options.format == "auto" else options.format,
        effort=DEFLATE_EFFORT,
        carried=carry(image.source, options.strip),
        n_fixed=len(options.keep_color),
        matte=None if options.matte is None else parse_hex(options.matte)[:3],
    )
    return Result(
        data=encoded.data,
        format=encoded.format,
        status="compressed",
        image=image,
        indexed=indexed,
        fit=fit,
        seconds=perf_counter() - started,
    )
