"""Compress one picture: PNG bytes in, PNG bytes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress._compress import compress
from huepress.decode import load_with
from huepress.errors import (
    DecodeError,
    HuepressError,
    InputError,
    LimitError,
    OptionError,
    QualityError,
)
from huepress.options import CompressOptions
from huepress.palette.files import read_palette, to_hex
from huepress.palette.histogram import count
from huepress.palette.kinds import is_drawn, is_smooth
from huepress.pngquant import quality
from huepress.pngquant.arguments import Request
from huepress.pngquant.codes import Code, Failure
from huepress.pngquant.depth import with_fewest_bits
from huepress.result.report import Result
from huepress.types import Image

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Made:
    """A finished picture and what to report about it."""

    data: bytes
    score: float | None
    colors: int | None


def make(data: bytes, name: str, request: Request) -> Made:
    """Compress one PNG as requested.

    Raises
    ------
    Failure
        Not a PNG, a quality that is not reached, or too little saved if that is required.
    """
    if not data.startswith(SIGNATURE):
        wanted = "; huepress compress reads other formats, too" if data else ""
        raise Failure(Code.NOT_PNG, f"{name} is {'not a PNG' if data else 'empty'}{wanted}")
    try:
        return _made(data, name, request)
    except QualityError as error:
        raise Failure(Code.LOW_QUALITY, str(error)) from error
    except (MemoryError, LimitError) as error:
        raise Failure(Code.OUT_OF_MEMORY, f"{name}: {str(error) or 'not enough memory'}") from error
    except (DecodeError, InputError) as error:
        raise Failure(Code.NOT_PNG, str(error)) from error


def _made(data: bytes, name: str, request: Request) -> Made:
    options = _options(request)
    still = _still(data, name, options)
    if still is None:  # an animation stays one, and is compressed as one
        found = compress(data, options.changed(format="auto", indexed=False))
        return _checked(found, None, data, name, request)
    if request.posterize:
        options = options.changed(palette=_posterized(still, options, request.posterize))
    kind: quality.Kind = (
        "drawn" if is_drawn(still.pixels) and not is_smooth(still.pixels) else "taken"
    )
    found = _aimed(still, options, request, kind)
    return _checked(found, kind, data, name, request)


def _still(data: bytes, name: str, options: CompressOptions) -> Image | None:
    from huepress.formats.moving import is_animation

    return None if is_animation(data) else load_with(data, options, name=name)


def _options(request: Request) -> CompressOptions:
    options = CompressOptions(
        colors=request.n_colors,
        effort=quality.effort_of(request.speed),
        dither=request.dither,
        strip="all" if request.strip else "none",
        icc="srgb" if request.strip else "keep",
        drop_signature=True,
        format="png",
        indexed=True,
    )
    if request.palette is None:
        return options
    try:
        return options.changed(palette=_colors_of(request.palette, request.n_colors))
    except HuepressError as error:
        raise Failure(Code.BAD_ARGUMENT, f"unable to load {request.palette}: {error}") from error


def _colors_of(path: str, n_colors: int) -> str:
    """Return the colors of the picture given by ``--map``: all, or the best `n_colors`."""
    try:
        colors = read_palette(path).colors
        if len(colors) > n_colors:
            raise OptionError("palette", path, f"at most {n_colors} colors")
    except OptionError:
        learned = compress(path, colors=n_colors, effort="fast", format="png", indexed=True)
        assert learned.indexed is not None
        colors = learned.indexed.palette.colors
    return ",".join(to_hex(color) for color in colors)


def _posterized(image: Image, options: CompressOptions, bits: int) -> str:
    """Return the palette in the coarser steps of a screen; 255 stays 255."""
    learned = compress(image, options.changed(effort="fast"))
    assert learned.indexed is not None
    steps = (1 << (8 - bits)) - 1
    words: dict[str, None] = {}
    for color in learned.indexed.palette.colors:
        values = [round(round(int(value) * steps / 255) * 255 / steps) for value in color]
        words[to_hex(values)] = None
    return ",".join(words)


def _aimed(image: Image, options: CompressOptions, request: Request, kind: quality.Kind) -> Result:
    """Map to the look of pngquant's default, or to the score of a quality; see `quality`."""
    if options.palette is not None:
        return compress(image, options)
    weight, dither = quality.LOOK[kind]
    dithered = options if options.dither is not None else options.changed(dither=dither)
    if request.finest >= 100:
        is_exact = count(image).n_colors <= options.colors
        if is_exact or options.effort != "fast":
            return compress(image, options)
        return compress(image, dithered.changed(rate_weight=weight))
    wanted = quality.aim_of(request.finest, request.worst, kind)
    if options.effort != "fast":
        return compress(image, options.changed(quality=wanted, best_effort=True))
    weight = quality.first_weight(wanted, kind)
    options = dithered
    found = compress(image, options.changed(rate_weight=weight))
    if abs(found.score - wanted) > quality.CLOSE:
        again = quality.next_weight(weight, found.score, wanted, kind)
        other = compress(image, options.changed(rate_weight=again))
        found = _nearer(found, other, wanted)
    return found


def _nearer(one: Result, other: Result, wanted: float) -> Result:
    """Take the smaller of two files if both are good enough, else the better one."""
    good = [each for each in (one, other) if each.score >= wanted - quality.CLOSE]
    if good:
        return min(good, key=lambda each: each.bytes_out)
    return max((one, other), key=lambda each: each.score)


def _checked(
    found: Result, kind: quality.Kind | None, data: bytes, name: str, request: Request
) -> Made:
    score: float | None = None
    if request.worst > 0:
        score = found.score
        floor = 100.0 if request.worst >= 100 else quality.score_of(request.worst, kind or "drawn")
        if score < floor:
            raise Failure(
                Code.LOW_QUALITY,
                f"{name}: score {score:.1f} is below {floor:.1f}, which quality"
                f" {request.worst:g} stands for",
            )
    if request.only_if_smaller:
        score = found.score if score is None else score
        if not quality.pays_for_loss(len(data), found.bytes_out, score):
            raise Failure(
                Code.NOT_SMALLER,
                f"{name}: {found.bytes_out:,} of {len(data):,} bytes at score {score:.1f}"
                " saves too little",
            )
    made = found.data if kind is None else with_fewest_bits(found.data)
    # An indexed file that is already as small as ours is not made larger.
    if len(made) >= len(data) and _is_indexed(data, request):
        made = data
    return Made(made, score, found.colors)


def _is_indexed(data: bytes, request: Request) -> bool:
    """Whether a PNG already has a palette of at most this many colors, and may stay as it is."""
    from huepress.formats.png import chunks_of

    changes = request.strip or request.palette or request.posterize
    if changes or data[25] != 3:
        return False
    return any(
        name == b"PLTE" and len(chunk) - 12 <= 3 * request.n_colors
        for name, chunk in chunks_of(data)
    )
