"""The plain twin of the native ColorVideoVDP: whole planes in float64, to test and to read."""

from __future__ import annotations

import numpy as np

from huepress.metrics.colorvision import (
    STANDARD_FHD,
    jod_of_sums,
    light_of,
    sensitivity_of,
)

TAPS = np.array([0.05, 0.25, 0.4, 0.25, 0.05])
GAUSS = np.exp(-0.5 * (np.arange(-6, 7) / 3) ** 2)
GAUSS /= GAUSS.sum()
MASK_POWER = 2.264355182647705
MASK_POWERS = np.array([1.302622675895691, 2.8885908126831055, 3.6807713508605957])
MASK_GAIN = 10**-0.7954971194267273
# Logarithms of how much the first channel masks each, the second, the third.
CROSS = 2 ** np.array(
    [
        [-0.18950104713439941, -5.962151050567627, -4.31834602355957],
        [2.5655593872070312, 0.34406712651252747, -2.719646453857422],
        [3.8118371963500977, -1.0051705837249756, -0.5193376541137695],
    ]
)
MOST = 10**2.5642454624176025


def cvvdp(image_true, image_test, display=STANDARD_FHD):
    """JOD of two opaque pictures (height, width, 3) uint8, 8 pixels a side and more."""
    height, width, _ = image_true.shape
    sensitivity = sensitivity_of(display, height, width)
    light = light_of(display).astype(float)
    sums = np.zeros((len(sensitivity), 3))
    levels = [
        sum(light[c][p[..., c]] for c in range(3)).transpose(2, 0, 1)
        for p in (image_true, image_test)
    ]
    for band, tables in enumerate(sensitivity[:-1]):
        halves = [reduced(level) for level in levels]
        gain = 1 if band == 0 else 2
        contrasts, lights = [], []
        for level, half in zip(levels, halves, strict=True):
            coarse = expanded(half, level.shape)
            lights.append(np.maximum(coarse[0], 0.01))
            contrasts.append(np.minimum((level - coarse) / lights[-1], 1000) * gain)
        seen = 2 ** looked_up(tables, lights[0])
        difference = visible(contrasts[0] * seen, contrasts[1] * seen)
        sums[band] = ((difference + 1e-5) ** 2 - 1e-10).sum(axis=(1, 2))
        levels = halves
    means = [np.maximum(level[0], 0.01).mean() for level in levels]
    seen = 2 ** looked_up(sensitivity[-1], np.array(means[0]))
    a, b = (np.minimum(level / mean, 1000) for level, mean in zip(levels, means, strict=True))
    difference = np.abs(a - b) * seen[:, None, None]
    sums[-1] = ((difference + 1e-5) ** 2 - 1e-10).sum(axis=(1, 2))
    return jod_of_sums(sums, height, width)


def reduced(planes):
    """Half a level, with the package's slip at the right border."""
    height, width = planes.shape[1:]
    tall = np.pad(planes, [(0, 0), (2, 2), (0, 0)], mode="symmetric")
    rows = sum(tap * tall[:, i : i + height : 2] for i, tap in enumerate(TAPS))
    wide = np.pad(rows, [(0, 0), (0, 0), (2, 2)])
    half = sum(tap * wide[..., i : i + width : 2] for i, tap in enumerate(TAPS))
    half[..., 0] += rows[..., 0] * TAPS[1] + rows[..., 1] * TAPS[0]
    if height % 2 == 1:  # it means the width
        half[..., -1] += rows[..., -1] * TAPS[3] + rows[..., -2] * TAPS[4]
    else:
        half[..., -1] += rows[..., -1] * TAPS[4]
    return half


def expanded(planes, shape):
    """The level that half a level stands for."""
    for axis, size in ((1, shape[1]), (2, shape[2])):
        padded = np.pad(planes, [(int(i == axis),) * 2 for i in range(3)], mode="edge")
        before, at, after = (
            np.take(padded, np.arange(planes.shape[axis]) + k, axis=axis) for k in range(3)
        )
        even, odd = 0.1 * before + 0.8 * at + 0.1 * after, 0.5 * at + 0.5 * after
        both = np.stack([even, odd], axis=axis + 1)
        joined = list(planes.shape)
        joined[axis] *= 2
        planes = np.take(both.reshape(joined), np.arange(size), axis=axis)
    return planes


def looked_up(tables, light):
    """Values of (3, 32) tables at luminances, evenly spaced from 0.005 to 10,000 cd/m2."""
    place = np.clip(np.log10(light / 0.005) / np.log10(2e6) * 31, 0, 31)
    return np.stack([np.interp(place, np.arange(32), table) for table in tables])


def visible(a, b):
    """The difference of contrasts in units of the threshold, masked by what both have."""
    common = np.minimum(np.abs(a), np.abs(b))
    if min(common.shape[1:]) > 6:
        common = blurred(common)
    masks = power(common * MASK_GAIN, MASK_POWERS[:, None, None])
    masks = np.einsum("khw,kc->chw", masks, CROSS)
    difference = power(np.abs(a - b), MASK_POWER) / (1 + masks)
    return MOST * difference / (MOST + difference)


def blurred(planes):
    height, width = planes.shape[1:]
    padded = np.pad(planes, [(0, 0), (6, 6), (6, 6)], mode="reflect")
    rows = sum(tap * padded[:, i : i + height] for i, tap in enumerate(GAUSS))
    return sum(tap * rows[..., i : i + width] for i, tap in enumerate(GAUSS))


def power(values, exponent):
    return (values + 1e-5) ** exponent - 1e-5**exponent
