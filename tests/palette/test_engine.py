"""The engine's own search: what it may cost, what it must find, and that nothing changes a byte."""

import numpy as np
import pytest

import huepress
from huepress import _core
from huepress._native import instruction_set
from huepress._quantize import quantize
from huepress.color import spaces
from huepress.palette import histogram, kmeans
from images import photos, scene

EFFORTS = ["fast", "balanced", "best"]


def with_alpha(pixels, lowest=0):
    """Clear in one corner unless lowest says otherwise, opaque in the other, soft between."""
    height, width = pixels.shape[:2]
    alpha = np.clip(np.add.outer(np.arange(height), np.arange(width)) - 99, lowest, 255)
    return np.dstack([pixels, alpha.astype(np.uint8)])


@pytest.mark.parametrize("color_space", ["srgb", "oklab"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("k", "effort"), [(5, "best"), (33, "balanced"), (249, "fast")])
def test_same_bytes_for_any_threads_and_instruction_set(color_space, channels, k, effort):
    rng = np.random.default_rng(0)
    grain = rng.normal(0, 40, (301, 417, 3))  # many colors, so that every level of cells is used
    pixels = np.clip(scene(301, 417) + grain, 0, 255).astype(np.uint8)
    if channels == 4:
        pixels = with_alpha(pixels)
    results = set()
    for name in _core.instruction_sets():
        with instruction_set(name):
            for n_threads in (1, 2, 7):
                found = quantize(
                    pixels, k, color_space=color_space, effort=effort, n_threads=n_threads
                )
                results.add((found.palette.tobytes(), found.indices.tobytes(), found.inertia))
    assert len(results) == 1


@pytest.mark.parametrize("effort", EFFORTS)
def test_opaque_alpha_costs_no_quality(effort):
    """Opaque colors are walked in three dimensions: what is found is as good as without alpha."""
    rng = np.random.default_rng(1)
    pixels = np.clip(scene(201, 317) + rng.normal(0, 20, (201, 317, 3)), 0, 255).astype(np.uint8)
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    plain = quantize(pixels, 40, color_space="srgb", effort=effort)
    found = quantize(opaque, 40, color_space="srgb", effort=effort)
    assert (found.palette[:, 3] == 255).all()
    assert found.inertia == pytest.approx(plain.inertia, rel=2e-3)


@pytest.mark.parametrize("color_space", ["srgb", "oklab"])
@pytest.mark.parametrize("k", [3, 17, 200])
def test_every_pixel_gets_the_nearest_entry_whatever_its_alpha(color_space, k):
    """Soft, opaque and clear colors stand apart in the engine; brute force has the same rules."""
    rng = np.random.default_rng(k)
    pixels = rng.integers(0, 256, (37, 53, 4)).astype(np.uint8)
    pixels[..., 3] = np.where(rng.random((37, 53)) < 0.4, 255, pixels[..., 3])
    found = quantize(pixels, k, color_space=color_space)
    points = spaces.embed(pixels.reshape(-1, 4), color_space)
    entries = spaces.embed(found.palette, color_space)
    seen = found.palette[:, 3] > 0
    squared = np.float32(0)
    for d in range(4):  # in the order and precision of the kernels
        squared = squared + (points[:, None, d] - entries[None, :, d]) ** 2
    # What is opaque stays so: it takes an opaque entry, be another one nearer.
    solid = found.palette[:, 3] == 255
    is_opaque = pixels[..., 3].ravel() == 255
    allowed = seen & (~is_opaque[:, None] | solid if solid.any() else True)
    nearest = np.where(allowed, squared, np.float32(np.inf)).argmin(1)
    is_clear = pixels[..., 3].ravel() == 0
    expected = np.where(is_clear & ~seen.all(), np.flatnonzero(~seen).min(initial=0), nearest)
    np.testing.assert_array_equal(found.indices.ravel(), expected)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("k", [8, 16, 32])
def test_finds_the_clusters_that_were_drawn(k, effort):
    """Blobs have one best answer; Wu's cuts and Lloyd alone miss it for half of these."""
    for seed in range(8):
        rng = np.random.default_rng(100 * k + seed)
        owner = np.repeat(np.arange(k), rng.integers(20, 400, k))
        middles = rng.uniform(20, 235, (k, 3))
        pixels = np.clip(np.rint(middles[owner] + rng.normal(0, 4, (len(owner), 3))), 0, 255)
        clusters = [pixels[owner == c] for c in range(k)]
        drawn = sum(float(((own - own.mean(0)) ** 2).sum()) for own in clusters)
        found = quantize(pixels.astype(np.uint8)[None], k, color_space="srgb", effort=effort)
        assert found.inertia <= drawn * 1.0001


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("k", [4, 16, 64, 256])
def test_no_worse_than_the_textbook(k, effort):
    """Bounds of docs/lab-book/engine.md with room for any picture: fast 5 %, others 2 %."""
    for pixels in photos("kodak/kodim10.png", "cq100/shopping_bags.png"):
        counted = histogram.count(pixels)
        textbook = kmeans.fit_palette(counted, k, color_space="srgb", init="wu")
        found = kmeans.fit_palette(counted, k, color_space="srgb", effort=effort)
        assert found.inertia <= textbook.inertia * (1.05 if effort == "fast" else 1.02)


@pytest.mark.parametrize("color_space", ["srgb", "oklab"])
@pytest.mark.parametrize("channels", [3, 4])
def test_inertia_is_that_of_the_centers(color_space, channels):
    pixels = scene(90, 120)
    if channels == 4:
        pixels = with_alpha(pixels, 60)  # none is clear, for that would have a center of its own
    counted = histogram.count(pixels)
    fit = kmeans.fit_palette(counted, 16, color_space=color_space, tol=0, max_iter=50)
    points = spaces.embed(pixels.reshape(-1, channels), color_space).astype(np.float64)
    distances = ((points[:, None] - fit.centers[None]) ** 2).sum(2).min(1)
    # The centers moved once more after their clusters were found, to the means: not above it.
    assert distances.sum() <= fit.inertia * 1.0005
    assert distances.sum() >= fit.inertia * 0.98


def test_a_stop_by_the_effort_is_no_stop_at_the_limit():
    pixels = np.random.default_rng(5).integers(0, 256, (120, 120, 3)).astype(np.uint8)
    short = huepress.quantize(pixels, n_colors=64, effort="fast")
    assert (short.stop_reason, short.n_iter < 300) == ("effort", True)
    one = huepress.quantize(pixels, n_colors=64, effort="fast", max_iter=1)
    assert (one.stop_reason, one.n_iter) == ("max_iter", 1)
