"""The native core of huepress. Private: use the package."""

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

def map_rate(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], nearest: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], counts: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu')], rate_weight: float, price_mix: float, spread_right: float, spread_down: float, find: bool) -> float:
    """Palette entries by distortion + rate_weight x bits; see remap/rate.py."""

def count(pixels: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, keys: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu')], totals: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> int:
    """
    Distinct colors: pixels (n, 3|4) uint8 and weights (n,) float64 or None in, keys (n,) uint32 and totals (n,) float64 out; returns how many of them were filled.
    """
