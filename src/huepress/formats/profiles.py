"""ICC profiles of RGB pictures: from channel values to light, and back.

Profiles of three curves and a matrix are read (nearly all of cameras, screens and editing spaces),
and small ones are made for what PNG says in other chunks (gAMA, cHRM, cICP). LittleCMS handles
everything else (tables, CMYK, Lab, gray), see decode/color.py.

Linear light here is in sRGB's primaries: 0-1 inside sRGB, beyond that for wider gamuts.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

D50: Final = np.array([0.9642, 1.0, 0.8249])
"""White of the profile connection space (ICC.1:2022, 7.2.16)."""

_BRADFORD: Final = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""Cone responses for the chromatic adaptation that ICC recommends (ICC.1:2022, annex E)."""

SRGB_PRIMARIES: Final = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""x, y of white, red, green and blue (IEC 61966-2-1)."""

FINE: Final = 4096
"""Steps at which a curve is sampled in order to invert it."""


@dataclass(frozen=True, slots=True, eq=False)
class RgbProfile:
    """Three curves and a matrix.

    Attributes
    ----------
    curves : ndarray
        (3, 4097) float64: linear value of each channel at equal steps from 0 to 1, rising.
    matrix : ndarray
        (3, 3) float64: linear sRGB = matrix @ linear channels.
    """

    curves: Floats
    matrix: Floats

    def curve_at(self, values: ArrayLike) -> Floats:
        """Apply the curves to (..., 3) channel values, 0-1."""
        v = np.asarray(values, np.float64)
        steps = np.linspace(0.0, 1.0, FINE + 1)
        return np.stack([np.interp(v[..., i], steps, self.curves[i]) for i in range(3)], axis=-1)

    def linear_of_byte(self) -> Floats:
        """Return the linear value of every byte: (3, 256)."""
        return self.curve_at(np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1)).T.copy()

    def to_linear(self, values: ArrayLike) -> Floats:
        """Convert (..., 3) channel values, 0-1, to linear sRGB."""
        return np.asarray(self.curve_at(values) @ self.matrix.T)

    def from_linear(self, linear: ArrayLike) -> Floats:
        """Convert (..., 3) linear sRGB to channel values, clipped to 0-1."""
        own = np.asarray(linear, np.float64) @ np.linalg.inv(self.matrix).T
        steps = np.linspace(0.0, 1.0, FINE + 1)
        return np.stack([np.interp(own[..., i], self.curves[i], steps) for i in range(3)], axis=-1)

    def is_srgb(self) -> bool:
        """Whether it equals sRGB within the precision of 8 bits.

        Profiles of sRGB differ in how finely they sample the curve: by up to 1.9 levels (the
        smallest, with few points), 0.6 on average. The nearest other spaces are 6 levels away.
        """
        grid = np.linspace(0.0, 1.0, 9)
        points = np.stack(np.meshgrid(grid, grid, grid, indexing="ij"), axis=-1).reshape(-1, 3)
        grays = np.repeat(np.arange(256)[:, None] / 255.0, 3, axis=1)
        points = np.vstack([points, grays])
        error = 255.0 * np.abs(encode_srgb(self.to_linear(points)) - points)
        return bool(error.max() < 2.0 and error.mean() < 0.6)


def encode_srgb(linear: Floats) -> Floats:
    """Apply the transfer curve of sRGB, mirrored below 0 so that wider gamuts are not clipped."""
    size = np.abs(linear)
    curve = np.where(size <= 0.0031308, 12.92 * size, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.asarray(np.copysign(curve, linear))


def xyz_from_primaries(xy: ArrayLike) -> Floats:
    """Find the matrix from linear channels to XYZ, adapted to D50.

    Parameters
    ----------
    xy : array_like
        x, y of white, red, green and blue: eight numbers.

    Raises
    ------
    ValueError
        No colors have these coordinates.
    """
    points = np.asarray(xy, np.float64).reshape(4, 2)
    if not (points[:, 1] > 1e-6).all() or points.max() > 10:
        raise ValueError("chromaticities without light")
    x, y = points.T
    xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    white, primaries = xyz[:, 0], xyz[:, 1:]
    if abs(np.linalg.det(primaries)) < 1e-9:
        raise ValueError("chromaticities on one line")
    matrix = primaries * np.linalg.solve(primaries, white)
    cones, cones_d50 = _BRADFORD @ white, _BRADFORD @ D50
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(cones_d50 / cones) @ _BRADFORD
    return np.asarray(adapt @ matrix)


_SRGB_FROM_XYZ: Final = np.linalg.inv(xyz_from_primaries(SRGB_PRIMARIES))


def linear_from_xyz(xyz: ArrayLike) -> Floats:
    """Convert (..., 3) XYZ under D50 to linear sRGB."""
    return np.asarray(np.asarray(xyz, np.float64) @ _SRGB_FROM_XYZ.T)


@lru_cache(maxsize=16)
def parse(icc: bytes) -> RgbProfile | None:
    """Read an ICC profile of three curves and a matrix.

    Returns
    -------
    RgbProfile or None
        None for any other kind of profile, and for a damaged one.
    """
    if color_space_of(icc) != "RGB" or icc[20:24] != b"XYZ ":
        return None
    tags = _tags(icc)
    if b"A2B0" in tags or b"D2B0" in tags:  # tables take precedence over the matrix
        return None
    try:
        columns = [_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        curves = np.stack([_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")])
    except (KeyError, struct.error, ValueError):
        return None
    matrix = _SRGB_FROM_XYZ @ np.stack(columns, axis=1)
    # Parametric curves may decrease slightly where their two parts meet.
    rising: Floats = np.maximum.accumulate(curves, axis=1)
    is_curve = (rising - curves).max() < 0.01 and (curves[:, -1] > curves[:, 0]).all()
    if not is_curve or not np.isfinite(curves).all() or abs(np.linalg.det(matrix)) < 1e-6:
        return None
    return RgbProfile(rising, np.asarray(matrix, np.float64))


def color_space_of(icc: bytes) -> str | None:
    """Return the space of the channels (``RGB``, ``GRAY``, ``CMYK``, ...); None: not a profile."""
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    return icc[16:20].decode("latin-1").strip()


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    found = {}
    for entry in range(132, min(132 + 12 * count, len(icc) - 11), 12):
        name, at, size = struct.unpack_from(">4sII", icc, entry)
        found[name] = icc[at : at + size]
    return found


def _xyz(tag: bytes) -> Floats:
    if tag[:4] != b"XYZ ":
        raise ValueError("not XYZ")
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536.0


def _curve(tag: bytes) -> Floats:
    """Sample a curve of kind ``curv`` or ``para`` (ICC.1:2022, 10.6 and 10.18)."""
    x = np.linspace(0.0, 1.0, FINE + 1)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return x
        if count == 1:
            return np.asarray(x ** (struct.unpack_from(">H", tag, 12)[0] / 256.0))
        if len(tag) < 12 + 2 * count:
            raise ValueError("curve cut short")
        table = np.frombuffer(tag, ">u2", count, 12) / 65535.0
        return np.interp(x, np.linspace(0.0, 1.0, count), table)
    if tag[:4] != b"para":
        raise ValueError("not a curve")
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind > 4:
        raise ValueError("unknown curve")
    n = (1, 3, 4, 5, 7)[kind]
    given = [value / 65536.0 for value in struct.unpack_from(f">{n}i", tag, 12)]
    g, a, b = (given[0], 1.0, 0.0) if n == 1 else given[:3]
    c, d, e, f = 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        if a == 0:
            raise ValueError("curve without slope")
        d = -b / a
        e = f = given[3] if kind == 2 else 0.0
    elif kind >= 3:
        c, d = given[3], given[4]
        e, f = (given[5], given[6]) if kind == 4 else (0.0, 0.0)
    above = np.maximum(a * x + b, 0.0) ** g + e
    return np.asarray(np.where(x >= d, above, c * x + f).clip(0.0, 1.0))


def make(description: str, xyz: Floats, curve: tuple[float, ...] | Floats) -> bytes:
    """Make a small ICC profile (version 4, class display).

    Parameters
    ----------
    description : str
        ASCII.
    xyz : ndarray
        (3, 3): XYZ under D50 of the three primaries, in columns.
    curve : tuple or ndarray
        Either the parameters of a parametric curve (1: gamma; 5: g, a, b, c, d) or samples 0-1.

    Returns
    -------
    bytes
        About 400 bytes, without a date, so the same every time.
    """
    text = description.encode("utf-16-be")
    mluc = b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    tags = [
        (b"desc", mluc),
        (
            b"cprt",
            b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", 6, 28) + b"\0C\0C\x000",
        ),
        (b"wtpt", _pack_xyz(D50)),
        *((name, _pack_xyz(xyz[:, i])) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))),
        *((name, _pack_curve(curve)) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    table, body, places = b"", b"", dict[bytes, int]()
    start = 132 + 12 * len(tags)
    for name, content in tags:
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, places[content], len(content))
    header = struct.pack(
        ">I4xI4s4s4s12s4s28x3i48x",
        start + len(body),
        0x04300000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        struct.pack(">6H", 2020, 1, 1, 0, 0, 0),
        b"acsp",
        *(round(v * 65536) for v in D50),
    )
    return header + struct.pack(">I", len(tags)) + table + body


def _pack_xyz(values: Floats) -> bytes:
    return b"XYZ " + struct.pack(">4x3i", *(round(float(v) * 65536) for v in values))


def _pack_curve(curve: tuple[float, ...] | Floats) -> bytes:
    if isinstance(curve, tuple):
        kind = {1: 0, 5: 3}[len(curve)]
        values = [round(v * 65536) for v in curve]
        return b"para" + struct.pack(f">4xHH{len(values)}i", kind, 0, *values)
    samples = np.rint(np.clip(curve, 0, 1) * 65535).astype(">u2")
    return b"curv" + struct.pack(">4xI", len(samples)) + samples.tobytes()


SRGB_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""The transfer curve of sRGB as g, a, b, c, d (IEC 61966-2-1)."""


def srgb() -> bytes:
    """Make a profile of sRGB itself."""
    return make("sRGB", xyz_from_primaries(SRGB_PRIMARIES), SRGB_CURVE)
