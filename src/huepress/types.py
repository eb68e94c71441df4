"""The values that pass between packages, each checked when it is made and trusted afterwards.

Image -> Histogram -> PaletteFit -> IndexedImage -> Encoded -> Result (result/report.py).
Arrays are never changed once they are in one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width, 3 or 4) uint8, RGB or straight RGBA."""

Colors: TypeAlias = NDArray[np.uint8]
"""(n, 3 or 4) uint8, RGB or straight RGBA."""

Points: TypeAlias = NDArray[np.float32]
"""(n, 3 or 4) float32: colors as coordinates in which distance is measured (spaces.embed)."""

Weights: TypeAlias = NDArray[np.float64]
"""(n,) float64, > 0."""

Indices: TypeAlias = NDArray[np.uint8]
"""(height, width) uint8: the palette entry of every pixel."""

StopReason: TypeAlias = Literal[
    "converged", "tolerance", "max_iter", "exact", "given", "effort", "score"
]


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Facts of the file or array that a picture came from.

    Attributes
    ----------
    name : str
        Path, or ``<bytes>``, ``<array>``, ``<image>``, ``<stdin>``.
    format : str or None
        Such as ``png``, lower case; None for arrays.
    data : bytes or None
        The file as it was read, for the never-larger rule.
    icc_profile : bytes or None
        The profile of the Image's pixel values; None means sRGB.
    has_alpha : bool
        The file can carry transparency (the pixels may still all be opaque).
    metadata : mapping
        Other contents of the file, by lower-case names (``dpi``, ``exif``, ``xmp``, ...).
    is_part : bool
        The picture is one of several frames, or the readable part of a damaged file: the file
        itself does not show exactly this.
    is_reshaped : bool
        The picture was cut or made smaller as the options asked for (decode/reshape.py).
    is_converted : bool
        The pixels' values differ from the file's: converted to sRGB, or rounded from floats.
    notes : tuple of str
        What was changed or could not be kept while loading, one sentence each.
    """

    name: str
    format: str | None = None
    data: bytes | None = None
    icc_profile: bytes | None = None
    has_alpha: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_part: bool = False
    is_reshaped: bool = False
    is_converted: bool = False

    @property
    def n_bytes(self) -> int | None:
        """Size of the file in bytes; None when the picture did not come from one."""
        return None if self.data is None else len(self.data)


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """One still picture, upright, in RGB or straight RGBA.

    Attributes
    ----------
    pixels : ndarray
        (height, width, 3 or 4) uint8, C-contiguous. Four channels only when a pixel is not opaque.
    source : Source
        Where it came from.
    deep : ndarray or None
        The same pixels as uint16 (0-65535), when the source had more than 8 bits a channel.
    """

    pixels: Pixels
    source: Source
    deep: NDArray[np.uint16] | None = None

    def __post_init__(self) -> None:
        p = self.pixels
        _require(p.dtype == np.uint8 and p.ndim == 3 and p.shape[2] in (3, 4), "pixels: HxWx3|4 u8")
        _require(p.shape[0] > 0 and p.shape[1] > 0, "pixels: at least one")
        _require(bool(p.flags.c_contiguous), "pixels: C-contiguous")
        _require(self.deep is None or self.deep.shape == p.shape, "deep: shape of pixels")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def has_alpha(self) -> bool:
        """Whether pixels have a fourth channel."""
        return bool(self.pixels.shape[2] == 4)

    @property
    def fine(self) -> NDArray[np.uint16] | None:
        """The 16-bit values; None if 8 bits say the same."""
        if self.deep is None:
            return None
        for pixels, deep in zip(self.pixels, self.deep, strict=True):  # row by row, for memory
            if not np.array_equal(pixels.astype(np.uint16) * 257, deep):
                return self.deep
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Distinct colors and their weights. Mergeable (histogram.merge).

    Attributes
    ----------
    colors : ndarray
        (n, 3 or 4) uint8, distinct, in ascending order of the number R·2^16+G·2^8+B (+A·2^24).
        With alpha, every fully transparent pixel is the one color (0, 0, 0, 0).
    weights : ndarray
        (n,) float64, > 0: pixels, or pixels x importance.
    """

    colors: Colors
    weights: Weights

    def __post_init__(self) -> None:
        c, w = self.colors, self.weights
        _require(
            c.dtype == np.uint8 and c.ndim == 2 and c.shape[1] in (3, 4), "colors: (n, 3|4) u8"
        )
        _require(w.dtype == np.float64 and w.shape == (len(c),), "weights: (n,) float64")
        _require(len(c) > 0, "colors: at least one")

    @property
    def n_colors(self) -> int:
        """Number of distinct colors."""
        return len(self.colors)


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """1 to 256 colors in a fixed order.

    Attributes
    ----------
    colors : ndarray
        (k, 3 or 4) uint8, sRGB or straight sRGBA (or in the profile of the picture).
    """

    colors: Colors

    def __post_init__(self) -> None:
        c = self.colors
        _require(
            c.dtype == np.uint8 and c.ndim == 2 and c.shape[1] in (3, 4), "colors: (k, 3|4) u8"
        )
        _require(1 <= len(c) <= 256, "colors: 1 to 256")

    def __len__(self) -> int:
        return len(self.colors)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One iteration of k-means.

    Attributes
    ----------
    inertia : float
        Before the centers moved.
    shift : float
        Sum over the centers of the squared move.
    moved : int
        Distinct colors that changed their center in this iteration.
    centers : ndarray or None
        (k, dims) float32, before they moved, in the color space; None: the engine's own search,
        which has several resolutions.
    """

    inertia: float
    shift: float
    moved: int
    centers: Points | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PaletteFit:
    """What k-means found.

    Attributes
    ----------
    palette : Palette
        The centers, rounded to 8 bits.
    centers : ndarray
        (k, 3 or 4) float32: the centers before rounding, in the space distance was measured in.
    inertia : float
        Sum of weight x squared distance to the nearest center, in squared units of that space.
    n_iter : int
        Iterations of the start that was kept.
    stop_reason : str
        ``converged`` (no color changes its center), ``tolerance``, ``max_iter`` (the limit asked
        for), ``effort`` (the effort's own limit, below that one), ``exact`` (no more distinct
        colors than centers: every color is its own center), ``given`` (the palette was not
        learned), or ``score`` (there were only a few colors too many, and the score chose which to
        drop, without any iteration of k-means).
    history : tuple of Step
        One per iteration, when asked for.
    small : ndarray or None
        (n, 3 or 4) uint8: entries for small colors that matter (palette/small.py).
    """

    palette: Palette
    centers: Points
    inertia: float
    n_iter: int
    stop_reason: StopReason
    history: tuple[Step, ...] = ()
    small: Colors | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IndexedImage:
    """A palette and the entry of every pixel.

    Attributes
    ----------
    indices : ndarray
        (height, width) uint8, each below the length of the palette.
    palette : Palette
        The colors.
    """

    indices: Indices
    palette: Palette

    def __post_init__(self) -> None:
        i = self.indices
        _require(i.dtype == np.uint8 and i.ndim == 2 and i.size > 0, "indices: HxW uint8")
        _require(int(i.max()) < len(self.palette), "indices: below the palette's length")

    def to_pixels(self) -> Pixels:
        """Return the picture as (height, width, 3 or 4) uint8."""
        return np.take(self.palette.colors, self.indices, axis=0)  # thrice as fast as brackets


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A finished file in memory.

    Attributes
    ----------
    data : bytes
        The file.
    format : str
        Such as ``png``.
    n_colors : int or None
        Entries of the palette it carries; None when it carries none.
    notes : tuple of str
        Metadata that could not be written.
    """

    data: bytes
    format: str
    n_colors: int | None = None
    notes: tuple[str, ...] = ()
