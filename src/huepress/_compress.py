"""The road: a picture in, a small file out.

Load the picture, count its colors, learn a palette by k-means, give every pixel its index by
distortion and rate, encode, and never return more bytes than came in.
"""

from __future__ import annotations

import os
from dataclasses import replace
from io import IOBase
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

import numpy as np

from huepress import search
from huepress.decode import limits_of, load_with, read
from huepress.decode.reading import name_of
from huepress.encode import carry, encode_lossless, kept_original, oxipng
from huepress.errors import InputError, OptionError, memory_guard
from huepress.formats.moving import is_animation
from huepress.limits import Deadline
from huepress.metrics.judges import SECOND_LOOK
from huepress.options import CompressOptions
from huepress.result.report import Result

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as PillowImage

    from huepress.types import Encoded, Image, PaletteFit

PictureSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | BinaryIO | PillowImage.Image | NDArray[Any] | Image"
)


def compress(
    source: PictureSource, options: CompressOptions | None = None, /, **changes: Any
) -> Result:
    """Compress one picture.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, ndarray or Image
        The picture. Arrays are (height, width), (height, width, 3) or (height, width, 4); uint8,
        uint16, or float 0-1; sRGB.
    options : CompressOptions or None
        All options; None for the defaults.
    **changes
        Single options by name, such as ``colors=16`` or ``color_space="srgb"``; the names,
        ranges and defaults are those of `CompressOptions`.

    Returns
    -------
    Result
        The finished file and its figures. The same input, options and version give the same
        bytes, for any number of threads.

    Raises
    ------
    OptionError
        An option out of range or unknown.
    DecodeError
        Not a picture that can be read.
    LimitError
        More pixels, bytes or seconds than allowed; the seconds are looked at between steps.
    QualityError
        The score or the size asked for cannot be met.
    OutOfMemoryError
        The picture takes more memory than there is.

    Examples
    --------
    >>> import huepress, numpy as np
    >>> ramp = np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8)
    >>> result = huepress.compress(ramp, colors=4)
    >>> result.colors, result.format
    (4, 'png')
    """
    started = perf_counter()
    options = (options or CompressOptions()).changed(**changes)
    with memory_guard("<picture>"):
        film = _film_of(source, options) if options.frame is None else None
    if film is not None:
        require_whole(options)
        if options.arranges_palette or options.display_palette is not None:
            wanted = "a palette is arranged in stills only; --frame N takes one"
            raise InputError(film[0], "is an animation", wanted)
        from huepress.animation import compress_animation  # few files need so much to be loaded

        with memory_guard(film[0]), oxipng.threads(options.threads):
            return compress_animation(*film, options, started=started)
    image = load_with(source, options)
    deadline = Deadline(image.source.name, options.timeout, started)
    deadline.check()
    with memory_guard(image.source.name), oxipng.threads(options.threads):
        if options.lossless and not options.arranges_palette:
            return _unchanged(image, options, deadline)
        return _mapped(search.bench_of(image, options, deadline), options)


def finish(image: Image, fit: PaletteFit, options: CompressOptions, started: float) -> Result:
    """Walk the rest of the road from a palette learned elsewhere.

    `started` is when the clock of the report began.
    """
    deadline = Deadline(image.source.name, options.timeout, started)
    with memory_guard(image.source.name), oxipng.threads(options.threads):
        result = _mapped(search.bench_with(image, fit, options, deadline), options)
    if result.indexed is None or not options.whole_palette:
        return result
    used = len(np.unique(result.indexed.indices))
    note = f"uses {used} of the {len(result.indexed.palette)} entries of the shared palette"
    return replace(result, more_notes=(*result.more_notes, note))


def _film_of(source: PictureSource, options: CompressOptions) -> tuple[str, bytes] | None:
    """Return name and bytes of a file that is an animation; a stream stays where it stands."""
    limits = limits_of(options)
    if isinstance(source, str | os.PathLike | bytes):
        data = read(source, limits)
    elif isinstance(source, IOBase) and source.seekable():
        start = source.tell()
        data = read(cast("BinaryIO", source), limits)
        source.seek(start)
    else:
        return None
    return (name_of(source), data) if is_animation(data) else None


def require_whole(options: CompressOptions) -> None:
    """Refuse to reshape what has many frames."""
    for name in ("crop", "resize"):
        if getattr(options, name) is not None:
            wanted = "a still picture, or one frame of an animation (--frame)"
            raise OptionError(name, getattr(options, name), wanted)


def _mapped(bench: search.Bench, options: CompressOptions) -> Result:
    """Map and encode as the options ask for."""
    chosen, encoded = search.choose(bench, options)
    if encoded.format == "gif":
        from huepress.animation.still import smaller_gif

        chosen, encoded = smaller_gif(bench, chosen, encoded, options)
    return _result(bench.picture.source, encoded, options, bench.deadline, chosen)


def _unchanged(image: Image, options: CompressOptions, deadline: Deadline) -> Result:
    """Encode the pixels as they are."""
    encoded = encode_lossless(
        image,
        search.format_of(options),
        effort=options.effort,
        carried=carry(image.source, options.strip, force=options.drop_signature),
        keep_hidden_rgb=options.keep_hidden_rgb,
    )
    if encoded.format == "gif":
        from huepress.animation.still import recoded

        encoded = recoded(image.pixels, encoded)
    return _result(image, encoded, options, deadline)


def _result(
    image: Image,
    encoded: Encoded,
    options: CompressOptions,
    deadline: Deadline,
    chosen: search.Trial | None = None,
) -> Result:
    """Take the input's own bytes where they are in the same format and no more than ours."""
    original = None
    if image.source.format == encoded.format:
        original = kept_original(image, options, at_most=len(encoded.data))
    return Result(
        data=original or encoded.data,
        format=encoded.format,
        status="kept" if original else "compressed",
        image=image,
        indexed=None if chosen is None else chosen.indexed,
        fit=None if chosen is None else chosen.fit,
        seconds=deadline.spent,
        more_notes=() if original else (*encoded.notes, *_one_color_notes(image, chosen)),
    )


def _one_color_notes(image: Image, chosen: search.Trial | None) -> tuple[str, ...]:
    """Say that a picture became a silhouette: what is clear has taken one of two colors."""
    if chosen is None or not image.has_alpha or len(chosen.fit.palette) != 2:
        return ()
    alpha = chosen.fit.palette.colors[:, 3:]
    if (alpha == 0).sum() != 1 or chosen.score >= SECOND_LOOK:
        return ()
    return (
        "of 2 colors, one is for what is clear, which leaves 1 for all that is seen:"
        " more (-k 3) show what it is",
    )
