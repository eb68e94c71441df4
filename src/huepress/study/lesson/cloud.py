"""The picture as the lesson shows it: few enough pixels to rotate and draw, and none averaged."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huepress.color import spaces
from huepress.color.shown import as_srgb
from huepress.types import Image, Pixels

SHOWN: Final = 100_000
"""Most pixels shown: what a browser without a graphics card can rotate at 60 frames a second."""

WHITE: Final = 255
"""Background of transparent pixels, because the lesson is about three coordinates."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Pixels of a picture and their distinct colors.

    Attributes
    ----------
    pixels : ndarray
        (height, width, 3) uint8 sRGB: all of the picture; alpha is laid over white.
    colors : ndarray
        (n, 3) uint8: the distinct colors of the pixels shown.
    counts : ndarray
        (n,) int64: how many pixels shown have each.
    picture : ndarray
        (rows, columns) uint32: the color of every pixel shown, by its place in `colors`.
    """

    pixels: Pixels
    colors: NDArray[np.uint8]
    counts: NDArray[np.int64]
    picture: NDArray[np.uint32]

    def to_events(self) -> list[dict[str, Any]]:
        """Return what a page needs to draw the cloud; arrays are base64 of little-endian bytes."""
        height, width = self.pixels.shape[:2]
        rows, columns = self.picture.shape
        oklab = spaces.embed(self.colors, "oklab")
        return [
            {
                "event": "points",
                "n": len(self.colors),
                "colors": packed(self.colors),
                "counts": packed(np.minimum(self.counts, 65_535).astype("<u2")),
            },
            {"event": "places", "oklab": packed(oklab.astype("<f2"))},
            {
                "event": "picture",
                "width": width,
                "height": height,
                "columns": columns,
                "rows": rows,
                "picture": packed(self.picture.astype("<u4")),
            },
        ]


def cloud_of(image: Image, most: int = SHOWN) -> Cloud:
    """Take every n-th row and column, so that at most `most` pixels are left.

    Parameters
    ----------
    image : Image
        The picture, in any profile; its colors are converted to sRGB.
    most : int
        Pixels to be shown.

    Returns
    -------
    Cloud
        The pixels shown are pixels of the picture, never means of several.
    """
    pixels = rgb_of(image)
    height, width = pixels.shape[:2]
    step = max(1, int(np.ceil(np.sqrt(height * width / most))))
    shown = pixels[step // 2 :: step, step // 2 :: step]
    if shown.size == 0:  # narrower than half a step
        shown = pixels[::step, ::step]
    keys = shown.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    distinct, picture, counts = np.unique(keys, return_inverse=True, return_counts=True)
    colors = np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], axis=1)
    return Cloud(
        pixels,
        colors.astype(np.uint8),
        counts,
        picture.reshape(shown.shape[:2]).astype(np.uint32),
    )


def rgb_of(image: Image) -> Pixels:
    """Return the pixels in sRGB without alpha."""
    channels = image.pixels.shape[2]
    flat = as_srgb(image.pixels.reshape(-1, channels), image.source.icc_profile)
    pixels = flat.reshape(image.height, image.width, channels)
    if channels == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float32) / 255
    over = pixels[..., :3] * alpha + WHITE * (1 - alpha)
    return np.rint(over).astype(np.uint8)


def packed(values: NDArray[Any]) -> str:
    """Return the bytes of an array as base64."""
    return b64encode(np.ascontiguousarray(values).tobytes()).decode()
