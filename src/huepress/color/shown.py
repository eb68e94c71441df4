"""Colors in a profile as sRGB shows them."""

from __future__ import annotations

from typing import Final

import numpy as np

from huepress.color.keys import colors_from_keys, keys_of
from huepress.color.spaces import srgb_from_linear
from huepress.formats.profiles import RgbProfile, parse
from huepress.types import Colors


def as_srgb(colors: Colors, icc_profile: bytes | None) -> Colors:
    """Convert colors from a profile to sRGB, for measures that only know sRGB.

    Parameters
    ----------
    colors : ndarray
        (..., 3 or 4) uint8; alpha is unchanged.
    icc_profile : bytes or None
        A profile of three curves and a matrix; with any other, the colors are returned unchanged.

    Returns
    -------
    ndarray
        Same shape, uint8; colors outside sRGB are clipped.
    """
    profile = None if icc_profile is None else parse(icc_profile)
    if profile is None:
        return colors
    flat = colors.reshape(-1, colors.shape[-1])
    out = flat.copy()
    if len(flat) < _WORTH_COUNTING:
        out[:, :3] = _shown_as_srgb(flat[:, :3], profile)
    else:
        _look_up(out, profile)
    return out.reshape(colors.shape)


_WORTH_COUNTING: Final = 1 << 16
"""With at least this many colors, each distinct one is converted only once."""


def _look_up(out: Colors, profile: RgbProfile) -> None:
    """Convert many colors in place, by a table of the distinct ones."""
    table = np.empty((1 << 24, 3), np.uint8)  # only pages that are written take memory
    occurs = np.zeros(1 << 24, bool)
    packs = keys_of(out[:, :3])
    occurs[packs] = True
    found = np.flatnonzero(occurs)
    for start in range(0, len(found), 1 << 16):
        part = found[start : start + (1 << 16)]
        table[part] = _shown_as_srgb(colors_from_keys(part.astype(np.uint32), 3), profile)
    out[:, :3] = table[packs]


def _shown_as_srgb(colors: Colors, profile: RgbProfile) -> Colors:
    linear = profile.linear_of_byte()[np.arange(3), colors] @ profile.matrix.T
    shown = (255.0 * srgb_from_linear(linear)).clip(0.0, 255.0)
    return np.asarray(np.rint(shown).astype(np.uint8))
