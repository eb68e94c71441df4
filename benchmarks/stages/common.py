"""What the stage benchmarks share: pictures, the clock, and the machine's own ceilings."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # the ceiling is that of one thread, as the stages are

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from huepress.types import Pixels  # noqa: E402

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True)
class Work:
    """What a stage did for one picture.

    Attributes
    ----------
    stage : str
        ``count``, ``place``, ``seed``, ``iterate`` or ``map``.
    seconds : float
        CPU seconds of one thread, the least of several runs.
    n_bytes : float
        Bytes that it has to read and write, each pass over an array counted once.
    operations : float
        Arithmetic and logical operations on single values (a squared distance in three dimensions
        is 8 of them).
    """

    stage: str
    seconds: float
    n_bytes: float
    operations: float


@dataclass(frozen=True)
class Ceilings:
    """What one thread of this machine can do at most.

    Attributes
    ----------
    bandwidth : float
        Bytes a second, read and written, of copying 64 MB.
    arithmetic : float
        float32 operations a second of a 1024 x 1024 matrix product in OpenBLAS.
    """

    bandwidth: float
    arithmetic: float


def ceilings() -> Ceilings:
    """Measure them."""
    source = np.ones(1 << 26, np.uint8)
    target = np.empty_like(source)
    copying = least(lambda: np.copyto(target, source), 7)
    a = np.ones((1024, 1024), np.float32)
    b = np.empty_like(a)
    multiplying = least(lambda: np.matmul(a, a, out=b), 7)
    return Ceilings(2 * source.nbytes / copying, 2 * 1024**3 / multiplying)


def least(work: Callable[[], object], runs: int = 7) -> float:
    """Return the least CPU seconds of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def files_below(folders: list[Path], limit: int | None = None) -> list[Path]:
    """List picture files, spread evenly when there are more than `limit`."""
    found = sorted(
        path
        for folder in folders
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
    )
    if not found:
        raise SystemExit(f"no pictures below {', '.join(map(str, folders))}")
    if limit and len(found) > limit:
        found = [found[i * len(found) // limit] for i in range(limit)]
    return found


def rgb_pictures(folders: list[Path], limit: int | None = None) -> Iterator[tuple[str, Pixels]]:
    """Yield (name, (height, width, 3) uint8)."""
    Image.MAX_IMAGE_PIXELS = None
    for path in files_below(folders, limit):
        with Image.open(path) as opened:
            yield path.stem, np.ascontiguousarray(np.asarray(opened.convert("RGB")))
