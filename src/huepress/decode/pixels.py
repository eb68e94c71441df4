"""From Pillow's modes and from arrays to RGB(A) with 8 bits and, where there are more, 16."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.errors import InputError
from huepress.limits import LARGE, strips

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]

HOLDERS_OF_16_BITS = ("PNG", "PPM", "JPEG2000")
"""Formats whose wide integers have white at 65535, whatever their largest value."""

FEW_OUTSIDE = 0.01
"""Largest share of a PFM's values that may be clipped."""

WANTED_ARRAY = "(height, width), (height, width, 1 to 4), uint8, uint16, or float from 0 to 1"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Pixels of one frame.

    Attributes
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8, C-contiguous.
    deep : ndarray or None
        The same as uint16, if the source has more than 8 bits.
    is_gray : bool
        The source had one color channel.
    notes : tuple of str
        What could not be kept.
    is_rounded : bool
        The source had finer values.
    """

    pixels: U8
    deep: U16 | None = None
    is_gray: bool = False
    notes: tuple[str, ...] = ()
    is_rounded: bool = False

    def without_opaque_alpha(self) -> Decoded:
        """Drop the alpha channel when every pixel is opaque."""
        if self.pixels.shape[2] == 3:
            return self
        most = self.pixels if self.deep is None else self.deep
        if most[..., 3].min() < np.iinfo(most.dtype).max:
            return self
        deep = None if self.deep is None else np.ascontiguousarray(self.deep[..., :3])
        return replace(self, pixels=np.ascontiguousarray(self.pixels[..., :3]), deep=deep)


def from_deep(deep: U16) -> U8:
    """Round 16 bits to 8: value x 255 / 65535, to the nearest."""
    # Equal to round(v / 257) for every 16-bit v (a test goes through all).
    return ((deep.astype(np.uint32) * 255 + 32895) >> 16).astype(np.uint8)


def as_decoded(channels: NDArray[Any], *, notes: tuple[str, ...] = ()) -> Decoded:
    """Convert (height, width, 1 to 4) uint8 or uint16 to RGB(A).

    Parameters
    ----------
    channels : ndarray
        Gray, gray and alpha, RGB, or RGBA; straight alpha.
    """
    n = channels.shape[2]
    if n < 3:
        channels = channels[..., [0, 0, 0, 1][: n + 2]]
    channels = np.ascontiguousarray(channels)
    if channels.dtype == np.uint16:
        return Decoded(from_deep(channels), channels, n < 3, notes)
    return Decoded(channels, None, n < 3, notes)


def from_array(name: str, array: NDArray[Any]) -> Decoded:
    """Convert an array from a caller to RGB(A).

    Parameters
    ----------
    array : ndarray
        (height, width) or (height, width, 1 to 4); bool, uint8, uint16, or float in 0-1.

    Raises
    ------
    InputError
        Another shape or type, no pixels, or floats that are not finite or outside 0-1.
    """
    found = f"array of shape {array.shape} and type {array.dtype}"
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or not 1 <= array.shape[2] <= 4 or array.size == 0:
        raise InputError(name, found, f"wanted {WANTED_ARRAY}")
    if array.dtype == np.bool_:
        return as_decoded(array.astype(np.uint8) * np.uint8(255))
    if array.dtype.kind == "u" and array.dtype.itemsize <= 2:
        # A copy, so that the picture never changes, whatever the caller does.
        return as_decoded(array.astype(array.dtype.newbyteorder("="), order="C", copy=True))
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not (low >= 0.0 and high <= 1.0):
            found += f" with values from {low:g} to {high:g}"
            raise InputError(name, found, f"wanted {WANTED_ARRAY}")
        return _from_unit(array)
    raise InputError(name, found, f"wanted {WANTED_ARRAY}")


def _from_unit(values: NDArray[Any], most: float = 1.0) -> Decoded:
    """Convert floats (height, width, 1 to 4) from 0 to `most` to 16 bits."""
    deep = np.rint(values.astype(np.float64) * (65535.0 / most)).astype(np.uint16)
    back = (deep / (65535.0 / most)).astype(values.dtype)
    # Bytes divided by 255 come back exactly: half an ulp is not another value.
    is_rounded = not np.allclose(back, values, rtol=4 * np.finfo(values.dtype).eps, atol=0)
    notes = (ROUNDED,) if is_rounded else ()
    return replace(as_decoded(deep, notes=notes), is_rounded=is_rounded)


ROUNDED = "values between those of 16 bits were rounded"


def from_integers(name: str, values: NDArray[Any], *, most: int = 65535) -> Decoded:
    """Convert one channel of wide integers (modes ``I`` and ``I;16``) to RGB.

    Parameters
    ----------
    most : int
        The value of white. 255 applies only if no value is larger; otherwise it is 65535.

    Raises
    ------
    InputError
        Values below 0 or above 65535.
    """
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise InputError(
            name, f"whole numbers from {low} to {high}", "wanted 0 to 65535 (scale them first)"
        )
    if high <= most == 255:
        return as_decoded(values.astype(np.uint8)[..., None])
    return as_decoded(values.astype(np.uint16)[..., None])


def from_floats(name: str, values: NDArray[Any], *, cuts: bool = False) -> Decoded:
    """Convert one channel of floats (mode ``F``) to RGB.

    Parameters
    ----------
    values : ndarray
        From 0 to 1; or from 0 to 255, as Pillow converts them.
    cuts : bool
        The format means 0 to 1, but a hundredth of the values may be outside, as highlights are;
        they are clipped, with a note.

    Raises
    ------
    InputError
        Another range, or numbers that are not finite.
    """
    if cuts:
        finite = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
        low, high = float(finite.min()), float(finite.max())
        if np.count_nonzero((finite < 0) | (finite > 1)) > FEW_OUTSIDE * finite.size:
            raise InputError(
                name, f"floats from {low:g} to {high:g}", "wanted 0 to 1 (scale them first)"
            )
        found = _from_unit(finite.clip(0, 1).astype(values.dtype)[..., None])
        if low >= 0 and high <= 1:
            return found
        note = f"values from {low:g} to {high:g} were cut to 0-1"
        return replace(found, notes=(*found.notes, note), is_rounded=True)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 255):
        raise InputError(
            name,
            f"floats from {low:g} to {high:g}",
            "wanted 0 to 1, or 0 to 255 (scale them first)",
        )
    return _from_unit(values[..., None], 1.0 if high <= 1 else 255.0)


def from_pillow(name: str, image: PillowImage.Image) -> Decoded:
    """Convert a loaded Pillow image of any mode to RGB(A).

    Raises
    ------
    InputError
        The mode cannot be shown.
    """
    mode = image.mode
    key = image.info.get("transparency")
    if mode in ("RGB", "RGBA", "L", "LA"):
        array = array_of(image)
        decoded = as_decoded(array if array.ndim == 3 else array[..., None])
        return with_key(decoded, key) if mode in ("RGB", "L") else decoded
    if mode in ("I", "I;16", "I;16L", "I;16B", "I;16N"):
        # Without a depth of its own, it means what Pillow shows: ``convert("L")`` has white at 255.
        most = 255 if mode == "I" and image.format not in HOLDERS_OF_16_BITS else 65535
        return with_key(from_integers(name, np.asarray(image), most=most), key)
    if mode == "F":
        return from_floats(name, np.asarray(image), cuts=image.format == "PPM")
    if mode in ("1", "P", "PA", "La", "RGBa", "RGBX", "YCbCr", "HSV", "CMYK"):
        straight = image.convert("LA") if mode == "La" else image
        shown = straight.convert("RGBA" if image.has_transparency_data else "RGB")
        decoded = as_decoded(array_of(shown))
        return Decoded(decoded.pixels, is_gray=mode in ("1", "La"))
    raise InputError(name, f"pixels of the kind {mode}", "wanted gray, RGB, CMYK or palette colors")


def array_of(image: PillowImage.Image) -> U8:
    """Copy the pixels of a Pillow image of one byte a channel, strip by strip.

    All at once, Pillow makes two copies, and holds RGB in four bytes.
    """
    width, height = image.size
    if width * height < LARGE:
        return np.asarray(image)
    n_bands = len(image.getbands())
    pixels = np.empty((height, width) if n_bands == 1 else (height, width, n_bands), np.uint8)
    for rows in strips(height, width):
        pixels[rows] = np.asarray(image.crop((0, rows.start, width, rows.stop)))
    return pixels


def with_key(decoded: Decoded, key: Any) -> Decoded:
    """Make the one color that means transparency clear.

    Parameters
    ----------
    key : int, sequence of three int, or None
        In the depth of the pixels.
    """
    if key is None:
        return decoded
    values = decoded.pixels if decoded.deep is None else decoded.deep
    hit = (values == np.broadcast_to(np.asarray(key), 3)).all(axis=2)
    alpha = np.where(hit, 0, np.iinfo(values.dtype).max).astype(values.dtype)
    both = as_decoded(np.dstack([values, alpha]))
    return replace(decoded, pixels=both.pixels, deep=both.deep)
