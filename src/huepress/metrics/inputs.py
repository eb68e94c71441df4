"""Convert what the metrics accept to arrays of one shape; put transparency over a background."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress.color.keys import with_alpha
from huepress.errors import OptionError
from huepress.types import Colors, Image, IndexedImage, Indices, Pixels

ImageLike: TypeAlias = Pixels | Image | IndexedImage
"""(height, width, 3 or 4) uint8, or a type of the package that holds such pixels."""

BACKGROUNDS = (26, 230)
"""Gray levels (0-255) under transparent pictures: 0.1 and 0.9, as in SSIMULACRA2's own tool."""


def as_pixels(image: ImageLike, name: str) -> Pixels:
    """Return the pixels of an image, C-contiguous; not copied if they already are.

    Raises
    ------
    OptionError
        Not uint8, not (height, width, 3 or 4), or without pixels.
    """
    if isinstance(image, Image):
        return image.pixels
    if isinstance(image, IndexedImage):
        return image.to_pixels()
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise OptionError(
            name,
            f"{pixels.dtype} of shape {pixels.shape}",
            "uint8 of shape (height, width, 3 or 4)",
        )
    if pixels.size == 0:
        raise OptionError(name, f"shape {pixels.shape}", "at least one pixel")
    return np.ascontiguousarray(pixels)


def require_same_size(image_true: Pixels, image_test: Pixels) -> None:
    """Refuse two pictures of different height or width.

    Raises
    ------
    OptionError
        The sizes differ.
    """
    if image_true.shape[:2] != image_test.shape[:2]:
        raise OptionError(
            "image_test",
            f"{image_test.shape[1]}x{image_test.shape[0]} pixels",
            f"{image_true.shape[1]}x{image_true.shape[0]} as image_true",
        )


def require_indexed(shown: Pixels, indices: Indices, palette: Colors) -> None:
    """Refuse indices and palettes that are not a picture of the size of another.

    Raises
    ------
    OptionError
        Wrong type or shape, another size, or an index beyond the palette.
    """
    if palette.dtype != np.uint8 or palette.ndim != 2 or palette.shape[1] not in (3, 4):
        found = f"{palette.dtype} of shape {palette.shape}"
        raise OptionError("palette", found, "uint8 of shape (1 to 256, 3 or 4)")
    if indices.dtype != np.uint8 or indices.ndim != 2:
        found = f"{indices.dtype} of shape {indices.shape}"
        raise OptionError("indices", found, "uint8 of shape (height, width)")
    require_same_size(shown, indices)
    if not int(indices.max()) < len(palette) <= 256:
        found = f"{int(indices.max())} with {len(palette)} colors"
        raise OptionError("indices", found, "below the palette's length, at most 256")


def as_pair(image_true: ImageLike, image_test: ImageLike) -> tuple[Pixels, Pixels]:
    """Return the pixels of both, of one size and with the same number of channels.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.
    """
    first, second = as_pixels(image_true, "image_true"), as_pixels(image_test, "image_test")
    require_same_size(first, second)
    if first.shape[2] != second.shape[2]:
        first, second = (with_alpha(p) for p in (first, second))
    return first, second


def is_transparent(colors: Pixels) -> bool:
    """Whether any color (last axis RGB or RGBA) is not opaque."""
    return colors.shape[-1] == 4 and int(colors[..., 3].min()) < 255


def flatten(colors: Pixels, background: int) -> Pixels:
    """Composite straight RGBA over an opaque gray, in 8 bits with Pillow's rounding.

    Parameters
    ----------
    colors : ndarray
        (..., 4) uint8; (..., 3) is returned as it is.
    background : int
        Gray level, 0-255.

    Returns
    -------
    ndarray
        (..., 3) uint8, the bytes of ``Image.alpha_composite`` over that gray.
    """
    if colors.shape[-1] == 3:
        return colors
    alpha = colors[..., 3:].astype(np.uint32)
    total = (colors[..., :3] * alpha + background * (255 - alpha) + 128) << 7
    return (((total >> 8) + total) >> 15).astype(np.uint8)


def grow(pixels: Pixels, least: int) -> Pixels:
    """Repeat the last column and row until both sides are at least `least` pixels."""
    height, width = pixels.shape[:2]
    if min(height, width) >= least:
        return pixels
    missing = [(0, max(0, least - height)), (0, max(0, least - width))]
    return np.pad(pixels, missing + [(0, 0)] * (pixels.ndim - 2), mode="edge")


def aligned(size: int) -> NDArray[np.float32]:
    """Return floats that start at a multiple of 64 bytes, so that vector loads touch one line."""
    memory = np.empty(size + 16, np.float32)
    start = -memory.ctypes.data % 64 // 4
    return memory[start : start + size]
