"""From a learned palette to a file without any search, to show the effect of k alone."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from huepress.color.spaces import space_of
from huepress.encode import Carried, carry, encode, oxipng
from huepress.encode.png import NONE, raw_image
from huepress.encode.tidy import tidy
from huepress.options import CompressOptions
from huepress.palette import histogram
from huepress.palette.deep import as_mapped
from huepress.palette.files import parse_hex
from huepress.palette.kinds import is_drawn, is_painted, is_smooth
from huepress.remap import NearestMap, remap
from huepress.remap.rate import RateMap
from huepress.result.report import Result
from huepress.types import Encoded, Image, IndexedImage, PaletteFit

LEVEL: Final = 6
"""libdeflate's level for PNG. Against the quick effort's 11: a tenth of the time, and 5 to 9 % more
bytes for photographs, 10 to 20 % for charts and screens (docs/lab-book/study.md)."""


def is_nearest(options: CompressOptions) -> bool:
    """Whether every pixel takes its nearest color."""
    return not options.rate_weight and not options.dither


def finish_plain(
    image: Image,
    fit: PaletteFit,
    options: CompressOptions,
    started: float,
    *,
    nearest: NearestMap | None = None,
) -> Result:
    """Map every pixel once and write the file.

    Parameters
    ----------
    image : Image
        The picture.
    fit : PaletteFit
        Its palette.
    options : CompressOptions
        ``rate_weight`` and ``dither`` default to 0 here: plain nearest color.
    started : float
        When the clock of the result began (`time.perf_counter`).
    nearest : NearestMap or None
        The picture, ready for mapping to many palettes.

    Returns
    -------
    Result
        Always the indexed picture, even if the input file is smaller; a PNG is deflated lightly.
    """
    space = space_of(options.color_space, image.source.icc_profile)
    mapped = as_mapped(image, fit)
    if nearest is not None and mapped is image:
        indexed = nearest.map(fit.palette)
    else:
        indexed = remap(mapped, fit.palette, space, n_threads=options.threads)
    if not is_nearest(options):
        weight, dither = options.rate_weight or 0.0, options.dither or 0.0
        smooth = is_smooth(image.pixels)
        painted = not smooth and is_painted(histogram.count(image, n_threads=options.threads))
        mapping = RateMap(
            image.pixels,
            fit.palette,
            color_space=space,
            fine=image.deep,
            nearest=indexed.indices,
            drawn=painted or (not smooth and is_drawn(image.pixels)),
            lightness=painted,
            smooth=smooth,
            n_threads=options.threads,
        )
        indexed = mapping.map(max(weight, 1e-6), dither=dither, find=options.effort != "fast")
    carried, n_fixed = carry(image.source, options.strip), len(options.keep_color)
    if options.format in ("auto", "png"):
        encoded = _light_png(indexed, carried, n_fixed)
    else:
        matte = None if options.matte is None else parse_hex(options.matte)[:3]
        encoded = encode(
            indexed, options.format, effort="fast", carried=carried, n_fixed=n_fixed, matte=matte
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


def _light_png(indexed: IndexedImage, carried: Carried, n_fixed: int) -> Encoded:
    ready = tidy(indexed, n_fixed=n_fixed)
    data = raw_image(ready, carried).create_optimized_png(
        level=0,
        filter=list(NONE),
        deflate=oxipng.Deflaters.libdeflater(LEVEL),
        palette_reduction=False,
        grayscale_reduction=n_fixed == 0,
        color_type_reduction=n_fixed == 0,
    )
    return Encoded(data, "png", len(ready.palette))
