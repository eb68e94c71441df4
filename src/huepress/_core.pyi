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

def has_room_for_threads(n_threads: int) -> bool:
    """Whether there is memory for so many more threads."""

def prepare_to_throw() -> None:
    """
    Allocate what this thread needs for exceptions of the core, while there is memory.
    """

@overload
def assign(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], centers: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu')], distances: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')] | None, n_threads: int) -> None:
    """
    Nearest center of every point: points (n, dims) and centers (k, dims) float32 in, indices (n,) uint8 and distances (n,) float32 out.
    """

@overload
def assign(points: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], centers: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu')], distances: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')] | None, n_threads: int) -> None:
    """The same in float64."""

def embed(colors: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], color_space: str, points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu')], linear_of_byte: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None = None, lms: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None = None) -> None:
    """Coordinates of colors (n, 3|4) uint8: points (n, 3|4) float32 out."""

def give_back_memory() -> None:
    """
    Give memory back to the system: what the last engine left for the next one, and what is free.
    """

class Engine:
    """The colors of one picture: counted, clustered, mapped."""

    def __init__(self, pixels: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, n_threads: int) -> None:
        """Sort pixels (n, 3|4) uint8 with weights (n,) float64 or None."""

    @property
    def n_colors(self) -> int:
        """Distinct colors."""

    @property
    def channels(self) -> int:
        """Of a pixel: 3 or 4."""

    @property
    def has_clear(self) -> bool:
        """Whether a pixel is fully transparent."""

    def histogram(self, numbers: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu')], weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu')]) -> None:
        """
        Distinct colors as numbers (n_colors,) uint32, ascending, and their weights (n_colors,) float64, out.
        """

    def place(self, color_space: str, without_clear: bool, n_threads: int, linear_of_byte: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None = None, lms: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None = None) -> None:
        """
        Choose where distance is measured, and whether full transparency counts in a fit.
        """

    def fit(self, centers: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu')], given: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, more_starts: int, coarse_rounds: int, medium_rounds: int, medium_points: int, exact_rounds: int, round_passes: int, exact_passes: int, tolerance: float, keep_history: bool, n_threads: int) -> tuple[int, float, int, bool, bool, list[tuple[float, float, int]]]:
        """
        Find centers (k, 3|4) float32 out, from given (any, 3|4) or None; returns (found, inertia, passes, converged, within_tolerance, history).
        """

    def map(self, palette: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu')], n_threads: int) -> None:
        """
        Nearest of palette (k, 3|4) uint8 for every pixel: indices (n,) uint8 out. Entries of full transparency are for the fully transparent pixels alone.
        """

def importance(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], narrow: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], wide: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], half: float, out: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu')], n_threads: int) -> None:
    """
    How much errors count: points (height * width, dims) float32 in, of which the first coordinate is lightness; out (height, width) float32.
    """

def mixable(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu')], entries: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], n_threads: int) -> None:
    """
    Points (n, dims) float32 become the nearest mixes of entries (k, dims).
    """

def map_rate(points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], smoothness: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], nearest: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], counts: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu')], rate_weight: float, outlier: float, price_mix: float, spread_right: tuple[float, float], spread_down: tuple[float, float], forget: float, chroma_down: float, find: bool, reach: Sequence[int], container: str, n_bands: int, n_threads: int) -> float:
    """
    Palette entries by distortion + rate_weight x bits; bands of rows know nothing of each other.
    """

class RateMapper:
    """A band of rows, mapped strip by strip as by map_rate."""

    def __init__(self, width: int, palette: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], counts: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], rate_weight: float, outlier: float, price_mix: float, spread_right: tuple[float, float], spread_down: tuple[float, float], forget: float, chroma_down: float, find: bool, reach: Sequence[int], container: str) -> None:
        """Start above the first row."""

    def map_rows(self, points: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], smoothness: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], nearest: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu')]) -> None:
        """Map the next rows; indices (n_rows, width) uint8 out."""

    @property
    def bits(self) -> float:
        """What was spent so far, by the model."""

def map_lzw(points: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order='C', device='cpu', writable=False)], shown: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order='C', device='cpu', writable=False)], weights: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], smoothness: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], rules: Annotated[NDArray[numpy.int16], dict(shape=(None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order='C', device='cpu', writable=False)], indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu')], rate_weight: float, outlier: float, spread_right: tuple[float, float], spread_down: tuple[float, float], slack: float, memory: float, patience: float, most_visits: int, rivals: int, mean_cost: float) -> tuple[bytes, int, float, float]:
    """
    Palette entries by distortion + rate_weight x bits of GIF's LZW: indices (height, width) uint8 out; returns (codes, code size, distortion, mean cost).
    """

def open_end(stream: bytes) -> bytes:
    """
    A raw deflate stream that another one may follow: it ends at a byte border, with no last block.
    """

def webp_bitstream(indices: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], colors: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu', writable=False)], rounds: int, chain: int) -> bytes:
    """
    Content of a VP8L chunk: indices (height, width) uint8, colors (k,) uint32 as ARGB.
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

def cvvdp_cache_size(height: int, width: int, light: Annotated[NDArray[numpy.float32], dict(shape=(3, 256, 3), order='C', device='cpu', writable=False)], sensitivity: Annotated[NDArray[numpy.float32], dict(shape=(None, 3, 32), order='C', device='cpu', writable=False)]) -> int:
    """Floats that cvvdp_prepare writes."""

def cvvdp_prepare(reference: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], background: int, light: Annotated[NDArray[numpy.float32], dict(shape=(3, 256, 3), order='C', device='cpu', writable=False)], sensitivity: Annotated[NDArray[numpy.float32], dict(shape=(None, 3, 32), order='C', device='cpu', writable=False)], cache: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu')], n_threads: int) -> None:
    """
    Everything of a reference (height, width, 3|4) uint8 that comparing needs: cache float32 out. light (3, 256, 3) float32: what a byte of red, green, blue adds to the opponent channels; sensitivity (n_bands, 3, 32) float32: its log2 by background luminance.
    """

def cvvdp_sums(cache: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], test: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, background: int, light: Annotated[NDArray[numpy.float32], dict(shape=(3, 256, 3), order='C', device='cpu', writable=False)], sensitivity: Annotated[NDArray[numpy.float32], dict(shape=(None, 3, 32), order='C', device='cpu', writable=False)], sums: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu')], n_threads: int) -> None:
    """
    Sums of squared visible differences of test (height, width, 3|4, or 1 with a palette) uint8 against a cached reference: sums (n_bands, 3) float64 out.
    """

def cvvdp_sums_streamed(reference: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], test: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], palette: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, background: int, light: Annotated[NDArray[numpy.float32], dict(shape=(3, 256, 3), order='C', device='cpu', writable=False)], sensitivity: Annotated[NDArray[numpy.float32], dict(shape=(None, 3, 32), order='C', device='cpu', writable=False)], sums: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu')], n_threads: int) -> None:
    """The same without a cache."""
