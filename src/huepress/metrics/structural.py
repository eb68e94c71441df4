"""SSIM, the structural similarity index, as published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huepress.errors import OptionError
from huepress.metrics.inputs import BACKGROUNDS, ImageLike, as_pair, flatten, grow, is_transparent
from huepress.types import Pixels

_RADIUS = 5  # the paper's 11 x 11 window
_SIGMA = 1.5


def ssim(image_true: ImageLike, image_test: ImageLike, *, data_range: float = 255) -> float:
    """Structural similarity of Wang et al., the mean over channels.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, RGB or straight RGBA; see `huepress.metrics`. Transparent
        pictures are composited over two grays; the worse value counts.
    data_range : float
        The largest possible difference of two values.

    Returns
    -------
    float
        -1 to 1; 1 for identical pictures.

    Raises
    ------
    OptionError
        Wrong type or shape, the sizes differ, or `data_range` is not above 0.

    Notes
    -----
    A Gaussian window of 11 x 11 and sigma 1.5, K1 = 0.01, K2 = 0.03, and only the places where the
    window lies inside the picture; scikit-image calls this ``structural_similarity(...,
    gaussian_weights=True, use_sample_covariance=False, channel_axis=-1)``. Pictures of less than 11
    pixels a side are extended by repeating their last row and column.

    References
    ----------
    .. [1] Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to
           structural similarity" (2004). doi:10.1109/TIP.2003.819861
    """
    if not data_range > 0:
        raise OptionError("data_range", data_range, "above 0")
    first, second = (grow(p, 2 * _RADIUS + 1) for p in as_pair(image_true, image_test))
    if is_transparent(first) or is_transparent(second):
        return min(
            _mean_over_channels(flatten(first, level), flatten(second, level), data_range)
            for level in BACKGROUNDS
        )
    return _mean_over_channels(first, second, data_range)


def _mean_over_channels(a: Pixels, b: Pixels, data_range: float) -> float:
    return float(np.mean([_plane(a[..., c], b[..., c], data_range) for c in range(3)]))


def _plane(a: Pixels, b: Pixels, data_range: float) -> float:
    x, y = a.astype(np.float64), b.astype(np.float64)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    ux, uy = _windowed(x), _windowed(y)
    vx, vy = _windowed(x * x) - ux * ux, _windowed(y * y) - uy * uy
    vxy = _windowed(x * y) - ux * uy
    index = ((2 * ux * uy + c1) * (2 * vxy + c2)) / ((ux**2 + uy**2 + c1) * (vx + vy + c2))
    return float(np.mean(index))


def _windowed(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted mean under the window wherever it lies inside the plane."""
    taps = np.exp(-0.5 * (np.arange(-_RADIUS, _RADIUS + 1) / _SIGMA) ** 2)
    taps /= taps.sum()
    height, width = plane.shape[0] - 2 * _RADIUS, plane.shape[1] - 2 * _RADIUS
    rows = sum(tap * plane[i : i + height] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * rows[:, i : i + width] for i, tap in enumerate(taps)))
