"""The native core of huepress. Private: use the package."""

from collections.abc import Sequence
from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


def version() -> str:
    """Version of the build."""

def compiler() -> str:
    """Compiler of the build."""

def instruction_sets() -> list[str]:
    """Sets this machine can run, best last."""

def instruction_set() -> str:
    """The set in use."""

def set_instruction_set(name: str) -> None:
    """Use the named set from now on."""

@overload
def assign(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], centers: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu')], distances: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')] | None, n_threads: int) -> None:
    """
    Nearest center of every point: points (n, dims) and centers (k, dims) float32 in, indices (n,) uint8 and distances (n,) float32 out.
    """

@overload
def assign(points: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], centers: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu')], distances: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, n_threads: int) -> None:
    """The same in float64."""

def map_rate(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], nearest: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], counts: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu')], rate_weight: float, price_mix: float, spread_right: float, spread_down: float, find: bool, reach: Sequence[int]) -> float:
    """Palette entries by distortion + rate_weight x bits; see remap/rate.py."""

def count(pixels: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, keys: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu')], totals: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> int:
    """
    Distinct colors: pixels (n, 3|4) uint8 and weights (n,) float64 or None in, keys (n,) uint32 and totals (n,) float64 out; returns how many of them were filled.
    """

def ssimulacra2_cache_size(height: int, width: int, needs: Annotated[NDArray[numpy.uint8], dict(shape=(None, 3), order='C', device='cpu', writable=False)]) -> int:
    """Floats that ssimulacra2_prepare writes."""

def ssimulacra2_prepare(reference: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], background: int, needs: Annotated[NDArray[numpy.uint8], dict(shape=(None, 3), order='C', device='cpu', writable=False)], cache: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], n_threads: int) -> None:
    """
    Everything of a reference (height, width, 3|4) uint8 that scoring needs: cache float32 out. needs (n_scales, 3) uint8: 1 difference + 2 edges, of X, Y, B-Y.
    """

def ssimulacra2_sums(cache: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], test: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, background: int, needs: Annotated[NDArray[numpy.uint8], dict(shape=(None, 3), order='C', device='cpu', writable=False)], sums: Annotated[NDArray[numpy.float64], dict(shape=(None, None, None), order='C', device='cpu')], n_threads: int) -> None:
    """
    Sums of the maps of test (height, width, 3|4, or 1 with a palette) uint8 against a cached reference: sums (n_scales, 3, 6) float64 out.
    """

def ssimulacra2_sums_streamed(reference: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], test: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, background: int, needs: Annotated[NDArray[numpy.uint8], dict(shape=(None, 3), order='C', device='cpu', writable=False)], sums: Annotated[NDArray[numpy.float64], dict(shape=(None, None, None), order='C', device='cpu')], n_threads: int) -> None:
    """The same without a cache, in the memory of a few rows."""
