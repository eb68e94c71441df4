"""Sixty pairs of pictures, made of nothing: ten kinds of picture, each damaged in six ways."""

from __future__ import annotations

import numpy as np

# Sides even and odd in every combination, below and above the blur of the mask, six to eight bands.
SIZES = [
    (96, 128),
    (97, 128),
    (96, 129),
    (97, 129),
    (8, 8),
    (21, 300),
    (160, 33),
    (256, 384),
    (301, 205),
    (512, 512),
]


def picture(number: int) -> np.ndarray:
    """Picture 0 to 9: (height, width, 3) uint8."""
    height, width = SIZES[number]
    rng = np.random.default_rng(number)
    y, x = np.mgrid[:height, :width]
    kind = number % 5
    if kind == 0:  # clouds: noise whose amplitude falls with its frequency
        spectrum = np.fft.rfft2(rng.normal(size=(3, height, width)))
        fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
        clouds = np.fft.irfft2(spectrum / (np.hypot(fy, fx) + 0.01), (height, width))
        planes = 128 + 50 * clouds / clouds.std(axis=(1, 2), keepdims=True)
        planes[1:] = 0.7 * planes[:1] + 0.3 * planes[1:]
    elif kind == 1:  # gradients, dark on the left
        planes = np.stack([255 * x / width, 200 * x * y / (width * height), 120 * y / height])
    elif kind == 2:  # black and colored strokes on white
        planes = np.full((3, height, width), 250.0)
        for _ in range(40):
            top, left = rng.integers(0, height), rng.integers(0, width)
            tall, wide = rng.integers(1, 9), rng.integers(1, 30)
            color = rng.choice([[20, 20, 20], [200, 30, 30], [30, 60, 200]])
            planes[:, top : top + tall, left : left + wide] = color[:, None, None]
    elif kind == 3:  # saturated fields
        field = (x // 17 + 3 * (y // 11)) % 7
        colors = rng.integers(0, 256, (7, 3))
        planes = np.moveaxis(colors[field], -1, 0).astype(float)
    else:  # waves, finer to the right
        wave = np.sin(x * (0.05 + x / (4 * width))) * np.cos(y / 9)
        planes = np.stack([128 + 90 * wave, 128 + 60 * wave, 110 - 70 * wave])
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8).transpose(1, 2, 0).copy()


def damaged(pixels: np.ndarray, way: int) -> np.ndarray:
    """Damage 0 to 5 of a picture."""
    height, width, _ = pixels.shape
    rng = np.random.default_rng(100 + way)
    values = pixels.astype(float)
    if way == 0:  # few levels
        values = values // 20 * 20 + 10
    elif way == 1:  # ordered dither of those levels
        bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16
        tiled = np.tile(bayer, (height // 4 + 1, width // 4 + 1))[:height, :width, None]
        values = np.floor(values / 20 + tiled) * 20
    elif way == 2:  # noise
        values += rng.normal(0, 6, values.shape)
    elif way == 3:  # blocks of eight give up their detail
        for top in range(0, height, 8):
            for left in range(0, width, 8):
                block = values[top : top + 8, left : left + 8]
                block += 0.6 * (block.mean(axis=(0, 1)) - block)
    elif way == 4:  # streaks: rows a little too light or too dark, and too red
        values += rng.normal(0, 3, (height, 1, 1)) + np.array([2.0, 0.0, -1.0])
    else:  # all too bright, and gone in a corner
        values *= 1.04
        values[: height // 3, : width // 3] = values.mean(axis=(0, 1))
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def pairs():
    """(picture, way, original, damaged) of all sixty."""
    for number in range(len(SIZES)):
        original = picture(number)
        for way in range(6):
            yield number, way, original, damaged(original, way)
