"""SSIMULACRA2, the perceptual score, on the native core.

Two pictures go in, a score comes out: 100 for identical ones, about 90 where a flicker test shows
nothing, 70 high quality, 50 medium, 30 low, without a lower end. `Ssimulacra2` keeps everything of
the reference for many test pictures; every number of threads, every instruction set, indices or
pixels, warm or not: the same score to the last bit. `twins.ssimulacra2` is the plain twin.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress import _core
from huepress.errors import OptionError
from huepress.metrics.inputs import (
    BACKGROUNDS,
    ImageLike,
    aligned,
    as_pixels,
    grow,
    is_transparent,
    require_indexed,
    require_same_size,
)
from huepress.types import Colors, Indices, Pixels

N_SCALES: Final = 6
LEAST_SIDE: Final = 8
"""Scales end before a side falls below this many pixels (the reference's rule)."""

# Weight of [channel X, Y, B-Y][scale 1:1 to 1:32][mean, fourth-power mean][structural difference,
# artifacts, lost detail], and below them the polynomial and the power that lead to 0-100: version
# 2.1 of https://github.com/cloudinary/ssimulacra2 (Jon Sneyers, Cloudinary; BSD-3-Clause), fitted
# to subjective scores.
# fmt: off
WEIGHTS: Final[tuple[float, ...]] = (
    0.0, 0.0007376606707406586, 0.0, 0.0, 0.0007793481682867309, 0.0,
    0.0, 0.0004371155730107379, 0.0,
    1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
    0.0, 0.0016406437456599754, 0.0, 1.8422455520539298, 11.441172603757666, 0.0,
    0.0007989109436015163, 0.000176816438078653, 0.0, 1.8787594979546387, 10.94906990605142, 0.0,
    0.0007289346991508072, 0.9677937080626833, 0.0,
    0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
    0.0004550992113792063, 0.0, 0.0, 0.0013648766163243398, 0.0, 0.0,
    0.0, 0.0, 0.0, 7.466890328078848, 0.0, 17.445833984131262,
    0.0006235601634041466, 0.0, 0.0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0.0, 0.0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0.0, 0.0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
    0.0, 0.0, 0.0, 34.77906344483772, 44.835625328877896, 0.0,
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.0008680556573291698, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.0005313191874358747, 0.0, 0.00016533814161379112, 0.0, 0.0,
    0.0, 0.0, 0.0, 0.0004179171803251336, 0.0017290828234722833, 0.0,
    0.0020827005846636437, 0.0, 0.0, 8.826982764996862, 23.19243343998926, 0.0,
    95.1080498811086, 0.9863978034400682, 0.9834382792465353,
    0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
    0.0, 0.0, 0.0, 0.0005130064588990679, 0.0, 0.00010854057858411537,
)
# fmt: on

NEGLIGIBLE: Final = 0.01
"""Weights below this are ignored. The fit left a gap: they are at most 0.0021, all others at least
0.28. On 132 pairs, some of them hard, scores above 0 moved by at most 0.004, far below what anyone
can see; this saves two planes of three at full size (docs/lab-book/score.md)."""

_CACHE_LIMIT: Final = 512 << 20
"""Most bytes of planes kept for a reference, about 25 megapixels; larger ones are recomputed."""


def ssimulacra2(image_true: ImageLike, image_test: ImageLike, *, n_threads: int = 1) -> float:
    """Score a picture against its original.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA; see `huepress.metrics`. When either
        is transparent, both are composited over gray 26 and over gray 230, in 8 bits with Pillow's
        rounding, and the worse score counts.
    n_threads : int
        0 for one per processor.

    Returns
    -------
    float
        100 for identical pictures; negative for very bad ones.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.

    Notes
    -----
    The same bytes for any number of threads and every instruction set. Pictures with a side below
    8 pixels are extended to 8 by repeating their last row and column (the published tool has no
    score for them). Blurs treat borders as the Python package ``ssimulacra2`` does: mirrored
    above and below, zero to the left and right. Takes the memory of a few rows and a third of
    the picture in float32.

    References
    ----------
    .. [1] Jon Sneyers, "SSIMULACRA 2: Structural SIMilarity Unveiling Local And Compression
           Related Artifacts" (2022-2023), https://github.com/cloudinary/ssimulacra2
    """
    return Ssimulacra2(image_true, n_threads=n_threads, warm=False).score(image_test)


class Ssimulacra2:
    """A reference picture, kept ready for many scores.

    Parameters
    ----------
    reference : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA. Not copied: not to be changed.
    n_threads : int
        0 for one per processor.
    warm : bool
        Keep the planes of the reference at the first score, about 21 bytes a pixel (twice that
        when it is transparent) and not above 512 MB; the next scores take a third of the time.

    Notes
    -----
    Scores are those of `ssimulacra2`, bit for bit. May be used from several threads at once.
    """

    def __init__(self, reference: ImageLike, *, n_threads: int = 1, warm: bool = True) -> None:
        if n_threads < 0:
            raise OptionError("n_threads", n_threads, "0 or more")
        self._shown = as_pixels(reference, "reference")
        self._reference = grow(self._shown, LEAST_SIDE)
        self._is_transparent = is_transparent(self._reference)
        self._n_threads = n_threads
        weights = _weights_of(*self._reference.shape[:2])
        self._terms = _terms_of(weights, *self._reference.shape[:2])
        self._needs = _needs_of(weights)
        height, width = self._reference.shape[:2]
        size = _core.ssimulacra2_cache_size(height, width, self._needs)
        n_caches = 2 if self._is_transparent else 1
        self._cache_size = size if warm and n_caches * size * 4 <= _CACHE_LIMIT else 0
        self._caches: dict[int, NDArray[np.float32]] = {}
        self._worse = BACKGROUNDS[0]  # looked at first: `least` often saves the other

    def score(self, image_test: ImageLike) -> float:
        """Score a picture of the reference's size.

        Parameters
        ----------
        image_test : array_like
            (height, width, 3 or 4) uint8.

        Raises
        ------
        OptionError
            Wrong type or shape, or another size than the reference's.
        """
        pixels = as_pixels(image_test, "image_test")
        require_same_size(self._shown, pixels)
        return self._worst(grow(pixels, LEAST_SIDE), None, is_transparent(pixels))

    def score_indexed(
        self, indices: Indices, palette: Colors, *, least: float = -math.inf
    ) -> float:
        """Score ``palette[indices]`` without making it.

        Parameters
        ----------
        indices : ndarray
            (height, width) uint8, each below the length of the palette.
        palette : ndarray
            (k, 3 or 4) uint8, 1 to 256 colors.
        least : float
            Of a score below this, only that it is below needs to be known.

        Raises
        ------
        OptionError
            Wrong type or shape, another size, or an index beyond the palette.
        """
        require_indexed(self._shown, indices, palette)
        planes = np.ascontiguousarray(grow(indices, LEAST_SIDE))[..., None]
        return self._worst(planes, np.ascontiguousarray(palette), is_transparent(palette), least)

    def _worst(
        self,
        test: Pixels,
        palette: Colors | None,
        is_transparent: bool,
        least: float = -math.inf,
    ) -> float:
        levels = BACKGROUNDS if self._is_transparent or is_transparent else BACKGROUNDS[:1]
        worst = math.inf
        for level in levels if self._worse == levels[0] else levels[::-1]:
            score = self._score_over(level, test, palette)
            if score < worst:
                worst, self._worse = score, level
            if worst < least:
                break
        return worst

    def _score_over(self, background: int, test: Pixels, palette: Colors | None) -> float:
        sums = np.empty((len(self._needs), 3, 6), np.float64)
        rest = (test, palette, background, self._needs, sums, self._n_threads)
        if self._cache_size:
            _core.ssimulacra2_sums(self._cache(background), *rest)
        else:
            _core.ssimulacra2_sums_streamed(self._reference, *rest)
        return _score(sums, self._terms)

    def _cache(self, background: int) -> NDArray[np.float32]:
        key = background if self._is_transparent else BACKGROUNDS[0]
        found = self._caches.get(key)
        if found is None:
            found = aligned(self._cache_size)
            _core.ssimulacra2_prepare(
                self._reference, background, self._needs, found, self._n_threads
            )
            self._caches[key] = found
        return found


def n_scales_of(height: int, width: int) -> int:
    """Return how many scales a picture of this size has: 1 to 6, for sides of 8 and more."""
    side, n_scales = min(height, width), 0
    while n_scales < N_SCALES and side >= LEAST_SIDE:
        side = (side + 1) // 2
        n_scales += 1
    return n_scales


def score_of_total(total: float) -> float:
    """Return the score of a weighted sum of map norms (constants: see `WEIGHTS`)."""
    x = total * 0.9562382616834844
    x = 2.326765642916932 * x - 0.020884521182843837 * x * x + 6.248496625763138e-05 * x * x * x
    return 100.0 - 10.0 * x**0.6276336467831387 if x > 0 else 100.0


def _weights_of(height: int, width: int) -> NDArray[np.float64]:
    """Weights [channel, scale, norm, map] of a picture of this size, without negligible ones.

    With fewer than six scales the reference goes on through its list without a gap, so that a
    channel's weights are not those of the same channel of a larger picture; so does this.
    """
    n_scales = n_scales_of(height, width)
    weights = np.array(WEIGHTS[: 18 * n_scales]).reshape(3, n_scales, 2, 3)
    return np.where(weights < NEGLIGIBLE, 0.0, weights)


def _needs_of(weights: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return flags [scale, channel] for the core: 1 structural difference, 2 edges."""
    difference, artifacts, detail = np.moveaxis((weights > 0).astype(np.uint8).max(axis=2), -1, 0)
    return np.ascontiguousarray((difference + 2 * np.maximum(artifacts, detail)).T)


_Term = tuple[int, bool, float, int]


def _terms_of(weights: NDArray[np.float64], height: int, width: int) -> list[_Term]:
    """Return, of each weight: place of its sum, whether it is a 4-norm, the weight, pixels."""
    n_scales = weights.shape[1]
    return [
        (
            int(np.ravel_multi_index((scale, channel, 2 * kind + norm), (n_scales, 3, 6))),
            norm == 1,
            float(weights[channel, scale, norm, kind]),
            -(-height >> scale) * -(-width >> scale),
        )
        for channel, scale, norm, kind in np.argwhere(weights).tolist()
    ]


def _score(sums: NDArray[np.float64], terms: list[_Term]) -> float:
    values = sums.reshape(-1).tolist()
    parts = []
    for place, is_fourth, weight, pixels in terms:
        value = values[place] / pixels
        if is_fourth:
            value = math.sqrt(math.sqrt(value)) / 1024  # kMapScale of the core
        parts.append(weight * value)
    return score_of_total(math.fsum(parts))
