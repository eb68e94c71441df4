"""If only one file of tests is run, this is the one: a picture down the whole road."""

import numpy as np

import huepress
from images import as_file, decoded, scene


def test_a_picture_down_the_whole_road(tmp_path):
    pixels = scene()
    source = tmp_path / "scene.png"
    source.write_bytes(as_file(pixels))
    result = huepress.compress(source, colors=16)
    path = result.save(tmp_path / "small.png")
    shown = decoded(path.read_bytes())
    assert shown.shape == pixels.shape
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= 16
    assert path.stat().st_size < source.stat().st_size
    assert 25 < result.psnr < 60
    np.testing.assert_array_equal(shown, result.pixels)


def test_k_means_alone():
    found = huepress.quantize(scene(), n_colors=8, color_space="srgb")
    assert found.indices.shape == (96, 128)
    assert found.palette.shape == (8, 3)
    assert found.inertia > 0
    assert found.stop_reason in ("converged", "tolerance", "max_iter")


def test_what_this_is():
    assert huepress.build_info()["version"] == huepress.__version__
