"""The first result: quick, but a result."""

import numpy as np
import pytest

from huepress import compress
from huepress.decode import load
from huepress.options import CompressOptions
from huepress.remap import remap
from huepress.web.draft import draft, figures_of
from web_pictures import png

PICTURE = load(png(240, 321, noise=12))


@pytest.mark.parametrize("more", [{}, {"format": "webp"}, {"quality": 70, "colors": 256}])
def test_every_pixel_takes_its_nearest_color(more):
    first = draft(PICTURE, CompressOptions(**{"colors": 16, **more}))
    assert first.format == "png"
    shown = remap(PICTURE, first.indexed.palette).to_pixels()
    np.testing.assert_array_equal(load(first.data).pixels, shown)
    np.testing.assert_array_equal(first.pixels, shown)


def test_it_is_near_to_what_comes_after_it():
    options = CompressOptions(colors=64)
    first, final = draft(PICTURE, options), compress(PICTURE, options)
    assert len(first.indexed.palette) == 64
    assert first.psnr > final.psnr - 0.5
    figures, exact = figures_of(first), first.report(score=False)
    assert figures.pop("psnr") == pytest.approx(exact.pop("psnr"), abs=0.3)
    assert figures.pop("mse") == pytest.approx(exact.pop("mse"), rel=0.07)
    assert figures == exact


@pytest.mark.parametrize("more", [{"lossless": True}, {"palette": "#000000,#ffffff"}])
def test_where_nothing_is_learned_it_is_the_fast_effort(more):
    options = CompressOptions(**more)
    first = draft(PICTURE, options)
    assert first.data == compress(PICTURE, options.changed(effort="fast")).data
    assert figures_of(first)["bytes_out"] == len(first.data)
