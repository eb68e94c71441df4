"""Everybody who takes part: huepress at each effort, and those of the others that are installed.

All palettes are written as PNG. Those of Pillow, scikit-learn, OpenCV and pngquant go through
oxipng as their users would do; huepress and the Node packages bring an optimizer of their own.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from huepress.study.compare.contenders import run_on_png, squeezed

NODE = Path(__file__).with_name("peers.cjs")
Write = Callable[[np.ndarray, int], bytes]


@dataclass(frozen=True)
class Peer:
    """A name, what it is, and how it writes pixels in k colors as PNG."""

    name: str
    version: str
    write: Write
    takes_alpha: bool = True
    aim: Callable[[np.ndarray, float], bytes] | None = None  # to a score, by a search of its own
    is_slow: bool = False  # too slow for the search for an equal score, which takes many runs


def peers(only: str | None = None) -> list[Peer]:
    """List who is installed, huepress first; programs are not asked when only another counts."""
    found = [
        Peer(f"huepress {effort}", version("huepress"), _huepress(effort), aim=_aimed(effort))
        for effort in ("fast", "balanced", "best")
    ]
    if only in (None, "pngquant + oxipng") and shutil.which("pngquant"):
        told = subprocess.run(["pngquant", "--version"], capture_output=True, text=True, check=True)
        words = f"{told.stdout.split()[0]} + oxipng {version('pyoxipng')}"
        found.append(Peer("pngquant + oxipng", words, _pngquant))
    pillow = f"{version('pillow')} + oxipng"
    median_cut = _pillow(Image.Quantize.MEDIANCUT)
    found.append(Peer("Pillow median cut", pillow, median_cut, takes_alpha=False))
    found.append(Peer("Pillow octree", pillow, _pillow(Image.Quantize.FASTOCTREE)))
    if find_spec("sklearn"):
        words = version("scikit-learn")
        found.append(Peer("scikit-learn KMeans", words, _sklearn, takes_alpha=False, is_slow=True))
    if find_spec("cv2"):
        found.append(
            Peer("OpenCV kmeans", _cv2_version(), _opencv, takes_alpha=False, is_slow=True)
        )
    for name in ("@napi-rs/image", "sharp"):
        told = _node_version(name) if only in (None, name) else ""
        if told:
            found.append(Peer(name, told, _node(name)))
    return found


def _huepress(effort: str) -> Write:
    def write(pixels: np.ndarray, k: int) -> bytes:
        import huepress

        return huepress.compress(pixels, colors=k, effort=effort).data

    return write


def _aimed(effort: str) -> Callable[[np.ndarray, float], bytes]:
    def write(pixels: np.ndarray, score: float) -> bytes:
        import huepress

        return huepress.compress(pixels, quality=score, effort=effort, best_effort=True).data

    return write


def _pngquant(pixels: np.ndarray, k: int) -> bytes:
    command = ["pngquant", str(k), "--speed", "1", "-o", "{out}", "{in}"]
    return squeezed(run_on_png(command, pixels))


def _pillow(method: Image.Quantize) -> Write:
    def write(pixels: np.ndarray, k: int) -> bytes:
        return _indexed_png(Image.fromarray(pixels).quantize(k, method))

    return write


def _indexed_png(made: Image.Image) -> bytes:
    out = io.BytesIO()
    made.save(out, "png")
    return squeezed(out.getvalue())


def _from_labels(labels: np.ndarray, centers: np.ndarray, shape: tuple[int, ...]) -> bytes:
    made = Image.fromarray(labels.reshape(shape[:2]).astype(np.uint8)).convert("P")
    made.putpalette(np.rint(centers).clip(0, 255).astype(np.uint8).tobytes())
    return _indexed_png(made)


def _sklearn(pixels: np.ndarray, k: int) -> bytes:
    from sklearn.cluster import KMeans

    rows = pixels.reshape(-1, 3).astype(np.float32)
    model = KMeans(k, n_init=1, random_state=0).fit(rows)
    return _from_labels(model.labels_, model.cluster_centers_, pixels.shape)


def _opencv(pixels: np.ndarray, k: int) -> bytes:
    import cv2

    rows = pixels.reshape(-1, 3).astype(np.float32)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 0.1)
    _, labels, centers = cv2.kmeans(rows, k, None, rule, 1, cv2.KMEANS_PP_CENTERS)
    return _from_labels(labels, centers, pixels.shape)


def _cv2_version() -> str:
    for name in ("opencv-python-headless", "opencv-python"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "of the system"


def _node_version(name: str) -> str:
    if not shutil.which("node"):
        return ""
    done = subprocess.run(["node", str(NODE), name], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _node(name: str) -> Write:
    def write(pixels: np.ndarray, k: int) -> bytes:
        return run_on_png(["node", str(NODE), name, str(k), "{in}", "{out}"], pixels)

    return write
