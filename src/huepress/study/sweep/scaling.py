"""How time grows with pixels and k: measured on downscaled copies, fitted by a power law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image as PillowImage

from huepress._compress import compress
from huepress.color.spaces import space_of
from huepress.palette.learn import learn
from huepress.search import count_seen
from huepress.study.sweep.plain import finish_plain
from huepress.types import Image, Source

if TYPE_CHECKING:
    from huepress.options import CompressOptions

SHARES: Final = (1.0, 0.5, 0.25, 0.125)
"""Pixels of the copies, as shares of the picture's."""
SCALING_COLORS: Final = (4, 16, 64, 256)
_LEAST_SECONDS: Final = 0.2  # short runs are repeated until they add up to this; the least counts


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one size and k, each on its own.

    Attributes
    ----------
    width, height, pixels : int
        Of the copy.
    distinct : int
        Distinct colors in it: what k-means really works on.
    k : int
        Largest palette.
    fit_seconds : float
        Counting and k-means.
    seconds : float
        Of the finished file: those, mapping and encoding.
    """

    width: int
    height: int
    pixels: int
    distinct: int
    k: int
    fit_seconds: float
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        rounded = {name: round(getattr(self, name), 5) for name in ("fit_seconds", "seconds")}
        return asdict(self) | rounded


@dataclass(frozen=True, slots=True)
class Law:
    """seconds = scale x pixels^pixel_power x k^k_power, fitted by least squares of logarithms.

    Attributes
    ----------
    what : str
        ``k-means`` or ``whole``.
    scale, pixel_power, k_power : float
        The law.
    r_squared : float
        Share of the variance of log(seconds) that it explains.
    n_runs : int
        Timings it was fitted to.
    """

    what: str
    scale: float
    pixel_power: float
    k_power: float
    r_squared: float
    n_runs: int

    def seconds(self, pixels: float, k: float) -> float:
        """Return what the law says."""
        return float(self.scale * pixels**self.pixel_power * k**self.k_power)

    def __str__(self) -> str:
        return (
            f"{self.what}: seconds = {self.scale:.2g} x pixels^{self.pixel_power:.2f}"
            f" x k^{self.k_power:.2f} (R^2 {self.r_squared:.3f}, {self.n_runs} runs)"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the law by name."""
        return asdict(self)


def scaling(
    image: Image,
    options: CompressOptions,
    *,
    colors: Sequence[int] = SCALING_COLORS,
    shares: Sequence[float] = SHARES,
    search: bool = False,
    on_timing: Callable[[Timing], None] | None = None,
) -> tuple[tuple[Timing, ...], tuple[Law, ...]]:
    """Time the road on downscaled copies of a picture.

    Parameters
    ----------
    image : Image
        The picture.
    options : CompressOptions
        For every run but for the number of colors.
    colors : sequence of int
        The k.
    shares : sequence of float
        Pixels of the copies, as shares of the picture's, above 0 and at most 1.
    search : bool
        Time all of ``compress``; else, as in a sweep, one plain mapping and a quick deflate.
    on_timing : callable, optional
        Called with every timing when it is done.

    Returns
    -------
    timings : tuple of Timing
        Of every size and k.
    laws : tuple of Law
        Of k-means and of the whole; empty when sizes or k do not differ.
    """
    timings = []
    for share in shares:
        copy = downscale(image, share)
        for k in colors:
            timing = _time(copy, options.changed(colors=k), search)
            timings.append(timing)
            if on_timing is not None:
                on_timing(timing)
    # A k that keeps every color runs no k-means: it does not belong to the law.
    runs = [t for t in timings if t.k < t.distinct]
    if len({t.pixels for t in runs}) < 2 or len({t.k for t in runs}) < 2:
        return tuple(timings), ()
    pixels, ks = [t.pixels for t in runs], [t.k for t in runs]
    laws = (
        fit_law("k-means", pixels, ks, [t.fit_seconds for t in runs]),
        fit_law("whole", pixels, ks, [t.seconds for t in runs]),
    )
    return tuple(timings), laws


def fit_law(what: str, pixels: Sequence[int], ks: Sequence[int], seconds: Sequence[float]) -> Law:
    """Fit a power law of pixels and k to seconds.

    Parameters
    ----------
    what : str
        Its name.
    pixels, ks, seconds : sequence
        One a run, > 0; at least two different pixels and k.

    Returns
    -------
    Law
        With least squared error of the logarithms.
    """
    x = np.column_stack([np.ones(len(ks)), np.log(pixels), np.log(ks)])
    y = np.log(seconds)
    solution, *_ = np.linalg.lstsq(x, y)
    spread = float(((y - y.mean()) ** 2).sum())
    left = float(((y - x @ solution) ** 2).sum())
    fitted = 1 - left / spread if spread > 0 else 1.0
    a, b, c = (float(value) for value in solution)
    return Law(what, float(np.exp(a)), b, c, fitted, len(ks))


def downscale(image: Image, share: float) -> Image:
    """Return a copy with a share of the pixels (each side by its square root)."""
    if share == 1:
        return image
    side = share**0.5
    size = (max(1, round(image.width * side)), max(1, round(image.height * side)))
    small = PillowImage.fromarray(image.pixels).resize(size, PillowImage.Resampling.LANCZOS)
    pixels = np.ascontiguousarray(np.asarray(small))
    name = f"{image.source.name} at {size[0]} x {size[1]}"
    return Image(pixels, Source(name, icc_profile=image.source.icc_profile))


def _time(image: Image, options: CompressOptions, search: bool) -> Timing:
    """Time one run; short ones are repeated, and the least time counts."""
    fit_seconds = seconds = float("inf")
    distinct, spent = 0, 0.0
    profile = image.source.icc_profile
    space = space_of(options.color_space, profile)
    while spent < _LEAST_SECONDS:
        started = perf_counter()
        counted = count_seen(image, space, n_threads=options.threads)
        fit = learn(counted, options, icc_profile=profile)
        fitted = perf_counter()
        done = compress(image, options) if search else finish_plain(image, fit, options, started)
        distinct = counted.n_colors
        fit_seconds, seconds = min(fit_seconds, fitted - started), min(seconds, done.seconds)
        spent += perf_counter() - started
    pixels = image.width * image.height
    return Timing(image.width, image.height, pixels, distinct, options.colors, fit_seconds, seconds)
