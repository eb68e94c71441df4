"""k-means with scikit-learn's interface: a clusterer for colors and any other numbers.

Rows of features go in, cluster centers and labels come out. Rows are counted first, so equal rows
cost nothing, and a weight has exactly the same effect as repetition. Needs ``huepress[sklearn]``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huepress import _core
from huepress.color import spaces
from huepress.errors import MissingExtraError, OptionError
from huepress.palette import histogram, kmeans
from huepress.types import Colors

try:
    from sklearn.base import (
        BaseEstimator,
        ClassNamePrefixFeaturesOutMixin,
        ClusterMixin,
        TransformerMixin,
    )
    from sklearn.cluster import kmeans_plusplus
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import pairwise_distances_argmin, pairwise_distances_chunked
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_is_fitted,
        validate_data,
    )
except ImportError as error:  # pragma: no cover - tested in a process without scikit-learn
    raise MissingExtraError("huepress.estimator", "scikit-learn", "sklearn") from error

Floats = NDArray[np.floating[Any]]
# scikit-learn's "k-means++" is "kmeans++" on huepress's command line.
INITS: Final = ("k-means++", "random", "wu", "auto")
# scikit-learn's "auto": one start where starts are chosen well, ten where not.
_AUTO_STARTS: Final = {"k-means++": 1, "random": 10, "wu": 1, "auto": 1}
_NATIVE_DIMS: Final = (3, 4)
_NATIVE_CLUSTERS: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """One run of k-means on points: centers (k, dims) float64, inertia, iterations."""

    centers: NDArray[np.float64]
    inertia: float
    n_iter: int


class ColorQuantizer(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]  # scikit-learn has no types
    TransformerMixin,  # type: ignore[misc]
    ClusterMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """Cluster rows by weighted k-means, with scikit-learn's interface.

    Parameters
    ----------
    n_clusters : int, default 8
        Number of clusters; at most as many as there are rows.
    init : {"k-means++", "random", "wu", "auto"} or array of shape (n_clusters, n_features)
        The start. ``auto`` (huepress's own engine, usually the least inertia) and ``wu`` are for
        colors: they need `color_space`.
    n_init : int or "auto", default "auto"
        Starts to try, keeping the one with least inertia; ``auto`` is 10 for ``random``, else 1.
    max_iter : int, default 300
        Most iterations of one start.
    tol : float, default 1e-4
        Stop when the squared moves of all centers add up to no more than this times the mean
        variance of the features.
    random_state : int, RandomState or None
        Seed of the starts. An int makes the fit repeatable.
    color_space : {"oklab", "srgb"} or None
        None: rows are points, as they are. Otherwise rows are sRGB or straight sRGBA colors, 0-255
        in 3 or 4 features, and distance is measured in that space (`huepress.color.spaces.embed`).

    Attributes
    ----------
    cluster_centers_ : ndarray
        (n_clusters, n_features), in the units of the rows; colors are rounded to whole numbers
        when there is a color space. Fewer than `n_clusters` when fewer rows are distinct.
    labels_ : ndarray
        (n_samples,) int32: the nearest center of every row given to `fit`.
    inertia_ : float
        Sum of weight x squared distance to the nearest center, before any rounding.
    n_iter_ : int
        Iterations of the start that was kept.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    Equal rows are counted once with their weights added up, rows without weight are left out; the
    result depends neither on the order of the rows nor on whether a row is repeated or weighs
    more. Whole numbers 0-255 in three features run on huepress's native core.

    References
    ----------
    .. [1] Lloyd, "Least squares quantization in PCM" (1982). doi:10.1109/TIT.1982.1056489
    .. [2] Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from huepress.estimator import ColorQuantizer
    >>> rows = np.array([[0, 0, 0], [10, 0, 0], [250, 0, 0], [240, 0, 0]])
    >>> model = ColorQuantizer(2, random_state=0).fit(rows)
    >>> sorted(model.cluster_centers_[:, 0].tolist()), model.inertia_
    ([5.0, 245.0], 100.0)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: int | np.random.RandomState | None = None,
        color_space: str | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.color_space = color_space

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the centers.

        Parameters
        ----------
        X : array_like
            (n_samples, n_features) numbers.
        y : ignored
            For scikit-learn's interface.
        sample_weight : array_like, optional
            (n_samples,) >= 0, not all 0. Default: 1 each.

        Returns
        -------
        ColorQuantizer
            Itself.

        Raises
        ------
        ValueError
            A parameter out of range, fewer rows than clusters, or rows that are not colors although
            there is a color space.
        """
        rows = validate_data(self, X, dtype=[np.float64, np.float32], order="C")
        weights = _check_sample_weight(
            sample_weight, rows, dtype=np.float64, ensure_non_negative=True
        )
        self._check_parameters(rows)
        fitted = self._fit(rows, weights)
        self._centers = fitted.centers
        self.cluster_centers_ = self._centers_as_rows(rows.dtype)
        self.n_iter_ = fitted.n_iter
        points = self._points(rows)
        self.labels_ = _labels(points, self._centers)
        self.inertia_ = _inertia(points, weights, self._centers, self.labels_)
        self._n_features_out = len(fitted.centers)
        if len(fitted.centers) < self.n_clusters:
            warnings.warn(
                f"{len(fitted.centers)} distinct rows are fewer than n_clusters={self.n_clusters}",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the nearest center of every row, (n_samples,) int32; ties go to the lowest."""
        return _labels(self._checked_points(X), self._centers)

    def transform(self, X: ArrayLike) -> Floats:
        """Return the distance of every row to every center, (n_samples, n_clusters)."""
        points = self._checked_points(X)
        parts = pairwise_distances_chunked(points, self._centers, metric="euclidean")
        return np.concatenate(list(parts)).astype(self.cluster_centers_.dtype, copy=False)

    def score(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of these rows: larger is better, as GridSearchCV wants it."""
        points = self._checked_points(X)
        weights = _check_sample_weight(
            sample_weight, points, dtype=np.float64, ensure_non_negative=True
        )
        return -_inertia(points, weights, self._centers, _labels(points, self._centers))

    def __sklearn_tags__(self) -> Any:
        """Say what scikit-learn should know: float32 stays float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_parameters(self, rows: Floats) -> None:
        n_samples, n_features = rows.shape
        if self.n_clusters != int(self.n_clusters) or self.n_clusters < 1:
            raise OptionError("n_clusters", self.n_clusters, "a whole number of at least 1")
        if self.n_clusters > n_samples:
            raise ValueError(f"n_samples={n_samples} should be >= n_clusters={self.n_clusters}")
        if self.color_space is not None and n_features not in _NATIVE_DIMS:
            raise OptionError("color_space", self.color_space, f"None for {n_features} features")
        if isinstance(self.init, str):
            if self.init.replace("kmeans", "k-means") not in INITS:
                raise OptionError("init", self.init, ", ".join(INITS) + ", or an array of centers")
            if self.init in ("auto", "wu") and self.color_space is None:
                raise OptionError("init", self.init, "k-means++ or random without a color_space")
            if self.init in ("auto", "wu") and self.n_clusters > _NATIVE_CLUSTERS:
                raise OptionError("n_clusters", self.n_clusters, f"1 to 256 with init={self.init}")
        if self.n_init != "auto" and (isinstance(self.n_init, str) or self.n_init < 1):
            raise OptionError("n_init", self.n_init, "auto, or a whole number of at least 1")
        if self.max_iter < 1:
            raise OptionError("max_iter", self.max_iter, "1 or more")
        if not self.tol >= 0:
            raise OptionError("tol", self.tol, "0 or more")

    def _fit(self, rows: Floats, weights: NDArray[np.float64]) -> _Fitted:
        if not weights.any():
            raise OptionError("sample_weight", 0, "weights of which one at least is above 0")
        colors = self._as_colors(rows)
        if colors is not None and self.n_clusters <= _NATIVE_CLUSTERS:
            return self._fit_colors(colors, weights)
        return self._fit_points(self._points(rows), weights)

    def _as_colors(self, rows: Floats) -> Colors | None:
        """Return the rows as 8-bit colors whose coordinates are the rows; None if they are not."""
        if self.color_space is not None:
            return _colors(rows)
        if rows.shape[1] != 3 or rows.min() < 0 or rows.max() > 255:
            return None
        whole = rows.astype(np.uint8)
        return whole if (whole == rows).all() else None

    def _fit_colors(self, colors: Colors, weights: NDArray[np.float64]) -> _Fitted:
        """Run the engine of the road on the counted colors."""
        space = self.color_space or "srgb"
        rng = check_random_state(self.random_state)
        name = isinstance(self.init, str)
        fit = kmeans.fit_palette(
            histogram.count(colors[np.newaxis], weights[np.newaxis]),
            self.n_clusters,
            color_space=space,
            init=str(self.init).replace("k-means", "kmeans") if name else self._given_centers(),
            n_init=self._n_starts(),
            max_iter=self.max_iter,
            tol=self.tol,
            seed=int(rng.randint(2**31 - 1)),
        )
        return _Fitted(fit.centers.astype(np.float64), fit.inertia, fit.n_iter)

    def _fit_points(self, points: NDArray[np.float64], weights: NDArray[np.float64]) -> _Fitted:
        """Run plain weighted Lloyd on points of any number of dimensions."""
        points, weights = _distinct(points, weights)
        if len(points) <= self.n_clusters:
            return _Fitted(points, 0.0, 0)
        # With many features, distances are computed as differences of squares, which lose fewer
        # digits near the origin.
        mean = np.average(points, axis=0, weights=weights)
        points = points - mean
        rng = check_random_state(self.random_state)
        starts = (self._start(points, weights, mean, rng) for _ in range(self._n_starts()))
        runs = (_lloyd(points, weights, start, self) for start in starts)
        best = min(runs, key=lambda run: run.inertia)
        return _Fitted(best.centers + mean, best.inertia, best.n_iter)

    def _n_starts(self) -> int:
        if not isinstance(self.init, str):
            return 1
        if self.n_init == "auto":
            return _AUTO_STARTS[self.init.replace("kmeans", "k-means")]
        return int(self.n_init)

    def _start(
        self,
        points: NDArray[np.float64],
        weights: NDArray[np.float64],
        mean: NDArray[np.float64],
        rng: np.random.RandomState,
    ) -> NDArray[np.float64]:
        if not isinstance(self.init, str):
            return self._given_centers() - mean
        if self.init == "random":
            return points[rng.choice(len(points), self.n_clusters, replace=False)]
        start, _ = kmeans_plusplus(points, self.n_clusters, sample_weight=weights, random_state=rng)
        return np.asarray(start)

    def _given_centers(self) -> NDArray[np.float64]:
        given = np.asarray(self.init, np.float64)
        wanted = (self.n_clusters, self.n_features_in_)
        if given.shape != wanted:
            raise OptionError("init", f"array of shape {given.shape}", f"shape {wanted}")
        return self._points(given)

    def _checked_points(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], order="C", reset=False)
        return self._points(rows)

    def _points(self, rows: Floats) -> NDArray[np.float64]:
        """Return rows as the points whose distance is measured, (n, dims) float64."""
        if self.color_space is None:
            return np.ascontiguousarray(rows, np.float64)
        return spaces.embed(_colors(rows), self.color_space).astype(np.float64)

    def _centers_as_rows(self, dtype: np.dtype[Any]) -> Floats:
        if self.color_space is None:
            return self._centers.astype(dtype)
        return spaces.unembed(self._centers, self.color_space).astype(dtype)


def _colors(rows: Floats) -> Colors:
    """Return rows as 8-bit colors, rounded."""
    if len(rows) and (rows.min() < 0 or rows.max() > 255):
        found = f"rows from {rows.min():g} to {rows.max():g}"
        raise OptionError("X", found, "colors from 0 to 255 with a color_space")
    return np.ascontiguousarray(np.rint(rows).astype(np.uint8))


def _distinct(
    points: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct points of nonzero weight, in ascending order, and their weights."""
    kept = weights > 0
    unique, place = np.unique(points[kept], axis=0, return_inverse=True)
    total = np.asarray(np.bincount(place.reshape(-1), weights[kept], len(unique)), np.float64)
    return unique, total


def _labels(points: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the nearest center of every point."""
    if points.shape[1] in _NATIVE_DIMS and len(centers) <= _NATIVE_CLUSTERS:
        labels = np.empty(len(points), np.uint8)
        _core.assign(points, np.ascontiguousarray(centers), labels, None, 0)
        return labels.astype(np.int32)
    return np.asarray(pairwise_distances_argmin(points, centers), np.int32)


def _inertia(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
) -> float:
    return float(weights @ ((points - centers[labels]) ** 2).sum(axis=1))


def _lloyd(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers: NDArray[np.float64],
    model: ColorQuantizer,
) -> _Fitted:
    """Move every center to the mean of its points until all rest; palette/lloyd.py in any dims."""
    variance = float(np.average(points**2, axis=0, weights=weights).mean())
    labels = _labels(points, centers)
    n_iter = 0
    while n_iter < model.max_iter:
        n_iter += 1
        before, centers = centers, _means(points, weights, labels, centers)
        labels = _labels(points, centers)
        if float(((centers - before) ** 2).sum()) <= model.tol * variance:
            break
    return _Fitted(centers, _inertia(points, weights, centers, labels), n_iter)


def _means(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the mean of each cluster; empty ones take over the points farthest from their own."""
    k = len(centers)
    empty = np.flatnonzero(np.bincount(labels, minlength=k) == 0)
    if len(empty):
        distances = ((points - centers[labels]) ** 2).sum(axis=1)
        labels = labels.copy()
        labels[np.argsort(-distances, kind="stable")[: len(empty)]] = empty
    total = np.bincount(labels, weights, minlength=k)
    means = centers.copy()
    kept = total > 0  # a cluster may have lost its only point to an empty one
    for dim in range(points.shape[1]):
        sums = np.bincount(labels, weights * points[:, dim], minlength=k)
        means[kept, dim] = sums[kept] / total[kept]
    return means
