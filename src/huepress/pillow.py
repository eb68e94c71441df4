"""huepress where Pillow's ``Image.quantize`` and ``save(save_all=True)`` are expected.

A Pillow image goes in, a Pillow image of mode P comes out, its palette found by k-means in Oklab,
with full alpha. `install` puts it behind ``Image.quantize`` itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from PIL import Image, ImagePalette, ImageSequence

from huepress._animate import animate
from huepress._quantize import quantize as quantize_pixels
from huepress.color.keys import with_alpha
from huepress.errors import OptionError
from huepress.remap import nearest
from huepress.types import Colors, Palette, Pixels

if TYPE_CHECKING:
    from huepress.animation import AnimationResult

_PILLOWS_OWN: Final = Image.Image.quantize
# Modes whose pixels are 8-bit sRGB without alpha; all others go through RGBA or RGB.
_ALPHA_MODES: Final = ("RGBA", "LA", "PA", "La", "RGBa")


def quantize(
    image: Image.Image,
    colors: int = 256,
    method: int | None = None,
    kmeans: int = 0,
    palette: Image.Image | None = None,
    dither: Image.Dither = Image.Dither.FLOYDSTEINBERG,
    *,
    color_space: str | None = None,
    effort: str = "balanced",
    seed: int = 0,
) -> Image.Image:
    """Reduce a Pillow image to a palette, with the signature of ``Image.quantize``.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode that converts to RGB or RGBA. Not changed.
    colors : int
        Largest palette, 1 to 256.
    method : PIL.Image.Quantize or None
        None: huepress. A method named is Pillow's own, and Pillow runs it.
    kmeans : int
        Of Pillow's own methods, >= 0. huepress always runs k-means to its end.
    palette : PIL.Image.Image or None
        An image of mode P whose palette is used as it is, instead of learning one.
    dither : PIL.Image.Dither
        With `palette`, as in Pillow: NONE takes the exact nearest color; FLOYDSTEINBERG (for
        images without alpha) is Pillow's own error diffusion. Without `palette` there is no
        dither, in Pillow and here.
    color_space : {"oklab", "srgb"} or None
        Where distance is measured. None: Oklab for a palette learned, sRGB (as Pillow measures)
        for one given.
    effort, seed
        As for `huepress.quantize`.

    Returns
    -------
    PIL.Image.Image
        Of mode P with the palette as RGB, or RGBA when the image has alpha; ``info`` is kept but
        for ``transparency``, which is in the palette. A clear entry has the color that most clear
        pixels hide. An image without pixels is left to Pillow.

    Raises
    ------
    ValueError
        `colors`, `kmeans` or `palette` as Pillow refuses them.

    Examples
    --------
    >>> from PIL import Image
    >>> from huepress import pillow
    >>> small = pillow.quantize(Image.radial_gradient("L"), 4)
    >>> small.mode, len(small.getcolors())
    ('P', 4)
    """
    image.load()
    if method is not None or 0 in image.size:
        return _PILLOWS_OWN(image, colors, method, kmeans, palette, dither)
    if kmeans < 0:
        raise OptionError("kmeans", kmeans, "0 or more")
    if palette is not None:
        return _to_palette(image, palette, dither, color_space or "srgb")
    if not 1 <= colors <= 256:
        raise OptionError("colors", colors, "1 to 256")
    pixels = _pixels(image)
    found = quantize_pixels(
        pixels, colors, color_space=color_space or "oklab", effort=effort, seed=seed
    )
    return _finished(image, found.indices, _with_hidden(found.palette, pixels))


def install() -> None:
    """Make ``Image.quantize`` use huepress from now on, for calls that name no method.

    ``Image.convert("P")`` of RGBA goes through it too, and with that the GIF writer; of RGB,
    ``Image.convert("P", palette=Palette.ADAPTIVE)`` goes past it and stays as it is.
    """
    Image.Image.quantize = quantize  # type: ignore[method-assign, assignment]


def uninstall() -> None:
    """Give ``Image.quantize`` back to Pillow."""
    Image.Image.quantize = _PILLOWS_OWN  # type: ignore[method-assign]


def save_all(
    image: Image.Image,
    fp: str | os.PathLike[str] | BinaryIO,
    format: str | None = None,
    *,
    append_images: Iterable[Image.Image] = (),
    duration: float | Sequence[float] | None = None,
    loop: int | None = None,
    **changes: Any,
) -> AnimationResult:
    """Write a small animation where Pillow has ``image.save(fp, save_all=True, ...)``.

    Parameters
    ----------
    image : PIL.Image.Image
        All its frames are taken. Not changed.
    fp : path or file object
        Where to; a path's suffix says the format when `format` does not.
    format : {"gif", "png", "webp"} or None
        As Pillow names it, in any case.
    append_images : iterable of PIL.Image.Image
        What follows, all their frames, of the same size.
    duration : float, sequence of float or None
        Milliseconds of every frame, or of each. None: those that the frames have, else 100.
    loop : int or None
        As Pillow has it for the format: 0 is forever; a GIF is shown once more than it says, and
        once with None; an APNG or WebP as often as it says, and forever with None.
    **changes
        Options of `huepress.animate`, such as ``colors=64`` or ``quality=80``.

    Returns
    -------
    AnimationResult
        What was written, and its figures.

    Raises
    ------
    OptionError
        Another format, another number of durations than of frames, or an option out of range.
    InputError, QualityError, OutputError
        As `huepress.animate` and `Result.save`.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> from huepress import pillow
    >>> film = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    >>> file = io.BytesIO()
    >>> result = pillow.save_all(film[0], file, "GIF", append_images=film[1:], duration=40, loop=0)
    >>> Image.open(file).n_frames
    3
    """
    is_path = isinstance(fp, str | os.PathLike)
    suffix = Path(fp).suffix[1:] if isinstance(fp, str | os.PathLike) else ""
    named = (format or suffix).lower().replace("apng", "png")
    if named not in ("gif", "png", "webp"):
        raise OptionError("format", format or suffix or None, "gif, png or webp, for animations")
    frames, own = [], []
    for frame in _all_frames((image, *append_images)):
        frames.append(frame)
        own.append(frame.info.get("duration", 100))
    times = own if duration is None else duration
    if isinstance(times, int | float):
        times = [times] * len(frames)
    plays = (loop or 0) if named != "gif" or loop == 0 else 1 if loop is None else loop + 1
    result = animate(frames, [time / 1000 for time in times], plays=plays, format=named, **changes)
    if is_path:
        result.save(fp)  # type: ignore[arg-type]
    else:
        fp.write(result.data)  # type: ignore[union-attr]
    return result


def _all_frames(images: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """Yield copies of the frames of all images, and leave the images where they stand."""
    for image in images:
        at = image.tell()
        yield from (frame.copy() for frame in ImageSequence.Iterator(image))
        image.seek(at)


def _pixels(image: Image.Image) -> Pixels:
    """Return 8-bit sRGB or straight sRGBA pixels, (height, width, 3 or 4)."""
    has_alpha = image.mode in _ALPHA_MODES or "transparency" in image.info
    if image.mode == "P" and image.palette is not None:
        has_alpha = has_alpha or image.palette.mode == "RGBA"
    return np.ascontiguousarray(np.asarray(image.convert("RGBA" if has_alpha else "RGB")))


def _with_hidden(colors: Colors, pixels: Pixels) -> Colors:
    """Give clear entries the color that most clear pixels hide.

    Pillow's users drop alpha by ``convert("RGB")`` and expect that color, not black.
    """
    if colors.shape[1] == 3:
        return colors
    hidden = pixels[pixels[..., 3] == 0].view(np.uint32)
    if not len(hidden):
        return colors
    values, counts = np.unique(hidden, return_counts=True)
    colors = colors.copy()
    colors[colors[:, 3] == 0] = values[counts.argmax() :][:1].view(np.uint8)
    return colors


def _to_palette(
    image: Image.Image, palette: Image.Image, dither: Image.Dither, color_space: str
) -> Image.Image:
    palette.load()
    if palette.mode != "P" or palette.palette is None:
        raise OptionError("palette", f"an image of mode {palette.mode}", "an image of mode P")
    if dither != Image.Dither.NONE and image.mode in ("RGB", "L"):
        return _PILLOWS_OWN(image, palette=palette, dither=dither)
    pixels, colors = _pixels(image), _palette_colors(palette)
    colors = with_alpha(colors, pixels.shape[2])
    mapped = nearest.remap(pixels, Palette(colors), color_space)
    made = _finished(image, mapped.indices, colors)
    made.palette = palette.palette.copy()
    return made


def _palette_colors(palette: Image.Image) -> Colors:
    assert palette.palette is not None
    mode = "RGBA" if "transparency" in palette.info else palette.palette.mode
    if mode == "RGBA" and palette.palette.mode == "RGB":
        palette = palette.copy()
        palette.apply_transparency()
    colors = palette.getpalette(mode) or []
    return np.array(colors, np.uint8).reshape(-1, len(mode))[:256]


def _finished(image: Image.Image, indices: np.ndarray[Any, Any], colors: Colors) -> Image.Image:
    mode = "RGBA" if colors.shape[1] == 4 else "RGB"
    made = Image.frombytes("P", image.size, indices.tobytes())
    made.putpalette(colors.tobytes(), mode)
    made.load()  # hands the palette to the image; older Pillows then hold 256 entries of it
    made.palette = ImagePalette.ImagePalette(mode, bytearray(colors.tobytes()))
    made.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return made
