"""Of the palettes learned for a drawing, the one that serves best: fills stay what they are."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from huepress.decode import load
from huepress.limits import NEVER
from huepress.options import CompressOptions
from huepress.search.setup import bench_of


def bars(n_colors, seed=0):
    """Bars of many colors, two of them like yellows, under lines and words with soft edges."""
    rng = np.random.default_rng(seed)
    large = Image.new("RGB", (960, 720), "white")
    draw = ImageDraw.Draw(large)
    colors = [(255, 210, 60), (250, 190, 40)]
    colors += [tuple(int(v) for v in rng.integers(20, 235, 3)) for _ in range(n_colors - 2)]
    width = 860 // n_colors
    for i, color in enumerate(colors):
        left, height = 50 + i * width, int(rng.integers(350, 600))
        draw.rectangle([left, 680 - height, left + width - 12, 680], fill=color)
    for i in range(40):
        x, y = (int(v) for v in rng.integers(0, 700, 2))
        draw.line([x, y, x + 90, y - 40], fill=(30, 30, 30), width=2)
        draw.text((x, y), f"value {i}", fill=(20, 20, 20))
    return np.asarray(large.resize((320, 240), Image.Resampling.LANCZOS)), colors


@pytest.mark.parametrize(("n_bars", "k"), [(12, 16), (9, 16), (6, 8)])
def test_fills_stay_exact_and_apart_where_there_is_room(n_bars, k):
    pixels, colors = bars(n_bars)
    image = load(pixels)
    bench = bench_of(image, CompressOptions(colors=k, threads=1), NEVER)
    shown = bench.nearest(k).indexed.to_pixels()
    seen = set()
    for fill in [*colors, (255, 255, 255)]:
        here = (pixels == fill).all(axis=2)
        assert here.mean() > 0.01
        assert np.abs(shown[here].astype(int) - fill).max() <= 1
        seen.add(tuple(shown[here][0]))
    assert len(seen) == n_bars + 1
