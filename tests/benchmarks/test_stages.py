"""The benchmarks' twin of the engine's tree finds what brute force finds, and the engine too."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from huepress._quantize import quantize
from huepress.palette import histogram
from images import noise, scene


@pytest.fixture(scope="module")
def tree():
    path = Path(__file__).parents[2] / "benchmarks" / "stages" / "tree.py"
    spec = importlib.util.spec_from_file_location("tree", path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["tree"] = loaded  # dataclasses look themselves up there
    spec.loader.exec_module(loaded)
    del sys.modules["tree"]
    return loaded


@pytest.mark.parametrize("pixels", [scene(170, 311), noise(97, 131), noise(17, 31, levels=16)])
@pytest.mark.parametrize("k", [1, 7, 64, 249])
def test_filtering_loses_no_nearest_center(tree, pixels, k):
    palette = quantize(pixels, k, color_space="srgb", effort="fast").palette
    engine = histogram.engine_of(pixels)
    colors = histogram.from_engine(engine).colors
    found = tree.filtering_pass(colors, palette.astype(np.float32))
    differences = colors[:, None].astype(np.int64) - palette[None]
    nearest = (differences**2).sum(2).argmin(1)
    np.testing.assert_array_equal(found.labels, nearest)
    engine.place("srgb", False, 1)
    indices = np.empty(pixels.shape[:2], np.uint8)
    engine.map(palette, indices.reshape(-1), 1)
    places = np.searchsorted(as_numbers(colors), as_numbers(pixels))
    np.testing.assert_array_equal(indices, nearest[places])


def as_numbers(colors):
    return colors.astype(np.int64) @ np.array([65536, 256, 1])
