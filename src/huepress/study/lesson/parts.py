"""The parts of a lesson: the run, the file, sizes, times, and the luck of the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from time import perf_counter
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image as PillowImage

from huepress._compress import compress, finish
from huepress.errors import OptionError
from huepress.options import CompressOptions
from huepress.palette import histogram, kmeans
from huepress.result.report import Result
from huepress.study.lesson.cloud import cloud_of
from huepress.study.lesson.run import Settings, count, inertias, watch
from huepress.study.sweep import DEFAULT_COLORS, Point, Timing, scaling, sweep
from huepress.study.validation import index_entropy
from huepress.types import Image, Source

Tell: TypeAlias = Callable[[dict[str, Any]], object]

STARTS: Final = 8
"""Starts to overlay: enough to see that luck matters, few enough to wait for."""

TIMED_COLORS: Final = (4, 16, 64, 256)


def settings_of(options: CompressOptions, centers: str | None = None) -> Settings:
    """Return how to run k-means, from the table of options and the user's own start.

    Parameters
    ----------
    options : CompressOptions
        ``colors``, ``init`` (``auto`` stands for ``random``), ``seed``, ``color_space``,
        ``max_iter``, ``tol`` and ``threads`` count.
    centers : str or None
        Colors as ``#rrggbb``, with commas between: they are the start, and set the number of
        clusters.

    Raises
    ------
    OptionError
        Not a color, or more than 256 of them.
    """
    given: tuple[tuple[int, int, int], ...] = ()
    if centers:
        words = [word.strip().removeprefix("#") for word in centers.split(",")]
        if len(words) > 256:
            raise OptionError("centers", f"{len(words)} colors", "1 to 256")
        given = tuple(_color(word) for word in words)
    return Settings(
        k=len(given) or options.colors,
        init="own" if given else "random" if options.init == "auto" else options.init,
        centers=given,
        seed=options.seed,
        color_space=options.color_space,
        max_iter=options.max_iter,
        tol=options.tol,
        n_threads=options.threads,
    )


def _color(word: str) -> tuple[int, int, int]:
    try:
        red, green, blue = bytes.fromhex(word)
    except ValueError:
        raise OptionError("centers", f"#{word}", "colors such as #1a2b3c") from None
    return red, green, blue


def steps(image: Image, _: CompressOptions, settings: Settings, tell: Tell) -> None:
    """Send the cloud of colors, then k-means step by step."""
    cloud = cloud_of(image)
    for event in cloud.to_events():
        tell(event)
    watch(cloud, settings, tell)


def file(image: Image, options: CompressOptions, settings: Settings, tell: Tell) -> None:
    """Send how the bytes of the file come about, and what other files of the picture take."""
    cloud = cloud_of(image)
    height, width = cloud.pixels.shape[:2]
    flat = Image(cloud.pixels, Source(image.source.name, data=None))
    wanted = options.changed(colors=settings.k, color_space=settings.color_space, format="png")
    plain = _of_this_run(flat, wanted, settings)
    best = compress(flat, wanted.changed(init="auto"))
    assert plain.indexed is not None  # pixels without a file have no original to be kept
    used = len(plain.indexed.palette)
    bits = next(bits for bits in (1, 2, 4, 8) if used <= 1 << bits)
    entropy = index_entropy(plain.indexed).zero_order
    source = image.source
    tell(
        {
            "event": "file",
            "width": width,
            "height": height,
            "k": used,
            "format": source.format,
            "original": source.n_bytes,
            "raw": 3 * width * height,
            "rgb_png": _rgb_png(cloud.pixels),
            "recolored_png": _rgb_png(plain.pixels[..., :3]),
            "bits": bits,
            "indices": height * -(-width * bits // 8),
            "palette": 3 * used,
            "entropy": round(entropy, 3),
            "entropy_bytes": round(entropy * width * height / 8),
            "plain_png": len(plain.data),
            "plain_score": round(plain.score, 2),
            "best_png": len(best.data),
            "best_score": round(best.score, 2),
        }
    )


def sizes(image: Image, options: CompressOptions, settings: Settings, tell: Tell) -> None:
    """Send size, score and seconds at k = 2, 4, ... 256, and the knee of the curve."""
    cloud = cloud_of(image)
    flat = Image(cloud.pixels, Source(image.source.name, data=None))
    wanted = options.changed(color_space=settings.color_space, format="png", init="auto")

    def on_point(point: Point) -> None:
        tell({"event": "point", "point": point.to_json()})

    found = sweep(flat, DEFAULT_COLORS, wanted, on_point=on_point)
    tell({"event": "knee", "k": found.suggestion.k, "reason": found.suggestion.reason})


def times(image: Image, options: CompressOptions, settings: Settings, tell: Tell) -> None:
    """Send seconds against pixels and k, measured on this machine, and the laws that fit them."""
    cloud = cloud_of(image)
    flat = Image(cloud.pixels, Source(image.source.name, data=None))
    wanted = options.changed(color_space=settings.color_space, format="png", init="auto")

    def on_timing(timing: Timing) -> None:
        tell({"event": "timing", **timing.to_json()})

    _, laws = scaling(flat, wanted, colors=TIMED_COLORS, on_timing=on_timing)
    for law in laws:
        tell({"event": "law", "words": str(law), **law.to_json()})


def starts(image: Image, _: CompressOptions, settings: Settings, tell: Tell) -> None:
    """Send the inertia of several starts with other seeds, step by step."""
    counted = count(cloud_of(image), settings)
    init = "kmeans++" if settings.init == "kmeans++" else "random"  # the others know no chance
    for seed in range(STARTS):
        run = replace(settings, seed=seed, init=init, centers=())
        tell({"event": "start", "seed": seed, "init": init, "inertias": inertias(counted, run)})


PARTS: Final[Mapping[str, Callable[[Image, CompressOptions, Settings, Tell], None]]] = {
    "steps": steps,
    "file": file,
    "sizes": sizes,
    "times": times,
    "starts": starts,
}


def _of_this_run(image: Image, options: CompressOptions, settings: Settings) -> Result:
    """Map every pixel to its nearest center of this run, and write that as well as can be."""
    started = perf_counter()
    fit = kmeans.fit_palette(
        histogram.count(image, n_threads=settings.n_threads),
        settings.k,
        color_space=settings.color_space,
        init=np.array(settings.centers, np.uint8) if settings.centers else settings.init,
        max_iter=settings.max_iter,
        tol=settings.tol,
        seed=settings.seed,
        n_threads=settings.n_threads,
    )
    return finish(image, fit, options.changed(rate_weight=0.0, dither=0.0, small_colors=0), started)


def _rgb_png(pixels: np.ndarray[Any, Any]) -> int:
    """Return the size of a truecolor PNG as ordinary programs write it."""
    out = BytesIO()
    PillowImage.fromarray(np.ascontiguousarray(pixels)).save(out, "png")
    return out.tell()
