"""The plain twin of the native SSIMULACRA2: slow, in float64, for tests and for reading.

Follows the published definition map by map with all 108 terms; nothing is streamed or shared, nor
left out unless asked for. Borders as in `huepress.metrics.perceptual`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress.color.spaces import linear_from_srgb
from huepress.metrics.inputs import BACKGROUNDS, ImageLike, as_pair, flatten, grow, is_transparent
from huepress.metrics.perceptual import LEAST_SIDE, WEIGHTS, n_scales_of, score_of_total
from huepress.types import Pixels

_OPSIN = np.array(
    [
        [0.30, 1.0 - 0.078 - 0.30, 0.078],
        [0.23, 1.0 - 0.078 - 0.23, 0.078],
        [
            0.24342268924547819,
            0.20476744424496821,
            1.0 - 0.24342268924547819 - 0.20476744424496821,
        ],
    ]
)
_BIAS = 0.0037930732552754493
_C2 = 0.0009
_TAPS = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
_TAPS /= _TAPS.sum()


def ssimulacra2(
    image_true: ImageLike, image_test: ImageLike, *, least_weight: float = 0.0
) -> float:
    """Score as `huepress.metrics.ssimulacra2` does, plainly; terms of lower weight are left out."""
    first, second = (grow(p, LEAST_SIDE) for p in as_pair(image_true, image_test))
    if is_transparent(first) or is_transparent(second):
        seen = [(flatten(first, b), flatten(second, b)) for b in BACKGROUNDS]
    else:
        seen = [(first[..., :3], second[..., :3])]
    return min(_score(a, b, least_weight) for a, b in seen)


def xyb_from_linear(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert (..., 3) linear sRGB, 0-1, to XYB shifted and scaled to positive values."""
    long, medium, short = np.moveaxis(np.cbrt(linear @ _OPSIN.T + _BIAS) - np.cbrt(_BIAS), -1, 0)
    x, y = (long - medium) / 2, (long + medium) / 2
    return np.stack([14 * x + 0.42, y + 0.01, short - y + 0.55], axis=-1)


def _score(first: Pixels, second: Pixels, least_weight: float) -> float:
    a, b = (linear_from_srgb(p / 255.0) for p in (first, second))
    n_scales = n_scales_of(*first.shape[:2])
    norms = np.zeros((3, n_scales, 2, 3))
    for scale in range(n_scales):
        if scale:
            a, b = _halved(a), _halved(b)
        for kind, values in enumerate(_maps(xyb_from_linear(a), xyb_from_linear(b))):
            norms[:, scale, 0, kind] = values.mean(axis=(0, 1))
            norms[:, scale, 1, kind] = (values**4).mean(axis=(0, 1)) ** 0.25
    weights = np.array(WEIGHTS[: norms.size])
    return score_of_total(float(norms.reshape(-1) @ np.where(weights < least_weight, 0.0, weights)))


def _maps(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Structural difference, artifacts and lost detail of XYB planes (height, width, 3)."""
    mean_a, mean_b = _blurred(a), _blurred(b)
    variance_a = _blurred(a * a) - mean_a * mean_a
    variance_b = _blurred(b * b) - mean_b * mean_b
    covariance = _blurred(a * b) - mean_a * mean_b
    likeness = 1 - (mean_a - mean_b) ** 2
    likeness *= (2 * covariance + _C2) / (variance_a + variance_b + _C2)
    change = (1 + np.abs(b - mean_b)) / (1 + np.abs(a - mean_a)) - 1
    return [np.maximum(1 - likeness, 0), np.maximum(change, 0), np.maximum(-change, 0)]


def _blurred(planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian of sigma 1.5, 11 taps: mirrored above and below, zero to the left and right."""
    height, width = planes.shape[:2]
    tall = np.pad(planes, [(5, 5), (0, 0), (0, 0)], mode="symmetric")
    rows = np.sum([tap * tall[i : i + height] for i, tap in enumerate(_TAPS)], axis=0)
    wide = np.pad(rows, [(0, 0), (5, 5), (0, 0)])
    blurred = np.sum([tap * wide[:, i : i + width] for i, tap in enumerate(_TAPS)], axis=0)
    return np.asarray(blurred)


def _halved(planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of 2x2 pixels; an odd last row or column counts twice."""
    height, width = planes.shape[:2]
    even = np.pad(planes, [(0, height % 2), (0, width % 2), (0, 0)], mode="edge")
    return (even[::2, ::2] + even[::2, 1::2] + even[1::2, ::2] + even[1::2, 1::2]) / 4
