"""Twenty-two small pictures of the kinds that people compress, drawn by arithmetic alone.

Each is a function of no arguments to (height, width, 3 or 4) uint8. They never change: a picture
that is drawn otherwise makes the figures of `figures.json` worthless.
"""

import numpy as np

SIZE = (72, 96)
Y, X = np.mgrid[0 : SIZE[0], 0 : SIZE[1]].astype(np.float64)


def _bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _smooth(cells, seed, shape=SIZE):
    """Noise of one scale: random values at the corners of cells, soft in between."""
    height, width = shape
    corners = np.random.default_rng(seed).random((cells + 2, cells * width // height + 2))
    y = np.arange(height)[:, None] * cells / height
    x = np.arange(width)[None, :] * cells / height
    j, i = y.astype(int), x.astype(int)
    v, u = (t * t * (3 - 2 * t) for t in (y - j, x - i))
    top = corners[j, i] * (1 - u) + corners[j, i + 1] * u
    return top * (1 - v) + (corners[j + 1, i] * (1 - u) + corners[j + 1, i + 1] * u) * v - 0.5


def _clouds(seed, least=2, scales=6, fall=0.9):
    return sum(_smooth(least * 2**s, seed + s) / 2 ** (s * fall) for s in range(scales))


def _grain(seed, strength):
    return strength * (np.random.default_rng(seed).random(SIZE) - 0.5)


def _mixed(amount, low, high):
    """Colors between two, by a plane of 0 to 1."""
    amount = np.clip(amount, 0, 1)[..., None]
    return np.array(low) * (1 - amount) + np.array(high) * amount


def _within(inside, pixels, color):
    """Lay a color over pixels where a distance is negative, its edge half a pixel soft."""
    cover = np.clip(0.5 - inside, 0, 1)[..., None]
    return pixels * (1 - cover) + np.array(color, np.float64) * cover


def _glyphs(pixels, top, left, n, seed, color):
    """Marks that have what letters have: stems, bars, hard edges."""
    rng = np.random.default_rng(seed)
    for at in range(left, min(left + 5 * n, pixels.shape[1] - 4), 5):
        marks = rng.random((7, 4)) < 0.45
        marks[:, 0] |= rng.random() < 0.7
        pixels[top : top + 7, at : at + 4][marks] = color
    return pixels


def valley():
    """A landscape: soft sky, textured ground, a hard horizon."""
    sky = _mixed(Y / 50 + _clouds(1), (70, 120, 200), (225, 220, 205))
    ground = _mixed(0.5 + 1.6 * _clouds(11, least=8), (40, 60, 25), (140, 130, 70))
    pixels = np.where((42 + 14 * _clouds(21, scales=3) < Y)[..., None], ground, sky)
    return _bytes(pixels + _grain(31, 9)[..., None])


def face():
    """Soft shades of one hue with a little grain, two dark spots, red."""
    away = np.hypot((X - 48) / 26, (Y - 36) / 32)
    skin = _mixed(1.1 - 0.6 * away - 0.004 * X + 0.2 * _clouds(2), (120, 70, 50), (245, 205, 180))
    back = _mixed(0.5 + _clouds(12, scales=3), (40, 50, 60), (90, 105, 110))
    pixels = np.where((away < 1)[..., None], skin, back)
    for x in (38, 58):
        pixels = _within(np.hypot(X - x, (Y - 30) * 1.6) - 4, pixels, (45, 30, 28))
    pixels = _within(np.hypot((X - 48) / 2.4, Y - 54) - 3.4, pixels, (170, 60, 65))
    return _bytes(pixels + _grain(32, 6)[..., None])


def leaves():
    """Fine texture everywhere."""
    pixels = _mixed(
        0.5 + 2.2 * _clouds(3, least=12, scales=3, fall=0.3), (15, 35, 10), (150, 190, 60)
    )
    return _bytes(pixels + _grain(33, 40)[..., None])


def night():
    """Dark, with small lights."""
    pixels = _mixed(0.4 + _clouds(4), (4, 5, 14), (34, 30, 52))
    rng = np.random.default_rng(44)
    for _ in range(14):
        x, y, hue = rng.random() * 96, rng.random() * 72, rng.random(3)
        light = np.exp(-((X - x) ** 2 + (Y - y) ** 2) / 9)[..., None]
        pixels = pixels + light * (140 + 115 * hue)
    return _bytes(pixels + _grain(34, 4)[..., None])


def fruit():
    """A still life: saturated balls with highlights on a table."""
    pixels = _mixed(Y / 72 + 0.3 * _clouds(5), (120, 90, 70), (205, 185, 160))
    for x, y, r, color in (
        (30, 40, 20, (205, 40, 30)),
        (60, 44, 17, (240, 170, 20)),
        (78, 30, 12, (70, 140, 40)),
    ):
        shade = np.clip(1.1 - np.hypot(X - x + r / 3, Y - y + r / 3) / (1.7 * r), 0.15, 1)
        ball = shade[..., None] * np.array(color)
        ball += (
            190 * np.exp(-((X - x + r / 2.6) ** 2 + (Y - y + r / 2.6) ** 2) / (r / 2))[..., None]
        )
        pixels = np.where((np.hypot(X - x, Y - y) < r)[..., None], ball, pixels)
    return _bytes(pixels + _grain(35, 5)[..., None])


def wash():
    """Pale water colors that run into each other."""
    hues = [0.5 + 0.9 * _clouds(6 + 10 * c, scales=4, fall=1.1) for c in range(3)]
    return _bytes(175 + 75 * np.clip(np.dstack(hues), 0, 1) + _grain(36, 3)[..., None])


def sky():
    """A plain gradient, the hardest picture for a palette."""
    return _bytes(_mixed(Y / 71, (20, 60, 150), (240, 200, 170)))


def wheel():
    """Every hue at once."""
    angle = np.arctan2(Y - 36, X - 48)
    hues = [0.5 + 0.5 * np.cos(angle - shift) for shift in (0, 2.094, 4.189)]
    return _bytes(255 * np.dstack(hues) * np.clip(np.hypot(X - 48, Y - 36) / 30, 0, 1)[..., None])


def scan():
    """A page: gray paper, ink."""
    pixels = np.repeat((226 + 20 * _clouds(7, scales=3) + _grain(37, 7))[..., None], 3, axis=2)
    for row in range(5, 62, 11):
        _glyphs(pixels, row, 6, 16 if row % 2 else 13, row, (38, 38, 38))
    return _bytes(pixels)


def old_photo():
    """Sepia: one hue, all shades."""
    shade = 0.5 + 1.5 * _clouds(8) + _grain(38, 0.06)
    return _bytes(_mixed(shade, (30, 18, 10), (240, 222, 190)))


def bars():
    """A chart: flat colors, hard edges, a grid, marks."""
    pixels = np.full((*SIZE, 3), 255.0)
    pixels[8:64:8, 10:] = (225, 225, 225)
    colors = [(31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189)]
    for n, color in enumerate(colors):
        pixels[60 - 9 * n - 8 : 64, 14 + 16 * n : 25 + 16 * n] = color
    pixels[64, 10:] = pixels[4:65, 10] = (60, 60, 60)
    return _bytes(_glyphs(pixels, 65, 12, 16, 9, (60, 60, 60)))


def curves():
    """A plot with soft lines of many colors."""
    pixels = np.full((*SIZE, 3), 252.0)
    for n, color in enumerate(
        [(228, 26, 28), (55, 126, 184), (77, 175, 74), (152, 78, 163), (255, 127, 0)]
    ):
        line = 36 + (22 - 4 * n) * np.sin(X / (7 + 2 * n) + n)
        pixels = _within((np.abs(Y - line) - 0.9) / 1.2, pixels, color)
    return _bytes(_glyphs(pixels, 3, 8, 9, 10, (40, 40, 40)))


def heat():
    """A map of values in false colors."""
    value = np.clip(0.5 + 1.3 * _clouds(11, scales=3), 0, 1)
    return _bytes(255 * np.dstack([np.clip(1.5 - np.abs(4 * value - c), 0, 1) for c in (3, 2, 1)]))


def window():
    """A screen: flat panels, marks, a soft button."""
    pixels = np.full((*SIZE, 3), 243.0)
    pixels[:11] = (43, 87, 154)
    pixels[11:, :22] = (230, 233, 238)
    _glyphs(pixels, 2, 4, 8, 12, (255, 255, 255))
    for row in range(16, 50, 9):
        _glyphs(pixels, row, 28, 12, row, (50, 50, 50))
        _glyphs(pixels, row, 3, 3, row + 1, (100, 100, 110))
    pixels[54:66, 60:90] = _mixed((Y[54:66, 60:90] - 54) / 12, (110, 170, 240), (40, 100, 200))
    return _bytes(pixels)


def streets():
    """A map: flat areas, lines between, a river."""
    area = (3 * np.sin(X / 23) + 2 * np.cos(Y / 17) + np.sin((X + Y) / 19) > 0).astype(int)
    area += 2 * (np.cos(X / 31 - Y / 22) > 0.3)
    pixels = np.array([(242, 239, 233), (205, 230, 190), (235, 219, 205), (222, 236, 220)], float)[
        area
    ]
    pixels = _within(np.abs(Y - 30 - 9 * np.sin(X / 14)) - 3.5, pixels, (170, 211, 223))
    for slope, start, color in (
        (0.4, 8, (252, 214, 164)),
        (-0.7, 80, (255, 255, 255)),
        (2.5, -90, (255, 255, 255)),
    ):
        off = np.abs(Y - start - slope * X) / np.hypot(1, slope)
        pixels = _within(off - 2.2, _within(off - 3, pixels, (190, 175, 160)), color)
    return _bytes(_glyphs(pixels, 50, 12, 7, 13, (90, 80, 70)))


def comic():
    """Flat areas with thick outlines."""
    pixels = np.full((*SIZE, 3), (120.0, 200.0, 235.0))
    for x, y, r, color in (
        (30, 44, 22, (250, 215, 80)),
        (66, 30, 17, (235, 90, 80)),
        (72, 58, 12, (250, 250, 245)),
    ):
        away = np.hypot(X - x, Y - y) - r
        pixels = _within(away + 2.4, _within(away, pixels, (20, 20, 25)), color)
    return _bytes(pixels)


def tiles():
    """Dots of two colors, as old printers and consoles have them."""
    even = (X.astype(int) + Y.astype(int)) % 2 == 0
    low = np.array([(0, 0, 0), (29, 43, 83), (126, 37, 83), (0, 135, 81)])[(X // 24).astype(int)]
    high = np.array([(255, 236, 39), (255, 163, 0), (255, 119, 168)])[(Y // 24).astype(int)]
    return np.where(even[..., None], low, high).astype(np.uint8)


def _with_alpha(color, alpha):
    return np.dstack([_bytes(color), _bytes(255 * np.clip(alpha, 0, 1))])


def sprite():
    """A figure of a game: few colors, hard alpha."""
    rng = np.random.default_rng(14)
    half = rng.integers(0, 6, (24, 12))
    half[:, :3][rng.random((24, 3)) < 0.7] = 0
    cells = np.hstack([half, half[:, ::-1]])
    colors = [
        (0, 0, 0, 0),
        (26, 28, 44, 255),
        (93, 39, 93, 255),
        (177, 62, 83, 255),
        (239, 125, 87, 255),
        (255, 205, 117, 255),
    ]
    return np.array(colors, np.uint8)[np.repeat(np.repeat(cells, 2, 0), 2, 1)]


def badge():
    """An icon: soft edge, shine, shadow."""
    away = np.hypot(X - 46, Y - 33)
    color = _mixed(1.2 - np.hypot(X - 38, Y - 22) / 40, (150, 20, 60), (255, 130, 130))
    color = _within(np.abs(X - 46) + np.abs(Y - 33) - 12, color, (255, 255, 255))
    shadow = 0.5 * np.clip(1.2 - np.hypot(X - 49, Y - 38) / 33, 0, 1)
    solid = np.clip(28.5 - away, 0, 1)
    return _with_alpha(color * solid[..., None], solid + (1 - solid) * shadow)


def glow():
    """Light on nothing: color and alpha both soft."""
    ring = np.exp(-(((np.hypot(X - 48, Y - 36) - 20) / 7) ** 2))
    return _with_alpha(_mixed(X / 95, (60, 230, 255), (255, 60, 220)), ring)


def label():
    """Marks on nothing, their edges half clear."""
    plate = np.full((*SIZE, 3), 0.0)
    _glyphs(plate, 12, 8, 16, 15, (255, 255, 255))
    _glyphs(plate, 40, 8, 12, 16, (255, 255, 255))
    ink = plate[..., 0] / 255
    soft = (
        4 * ink
        + np.roll(ink, 1, 0)
        + np.roll(ink, -1, 0)
        + np.roll(ink, 1, 1)
        + np.roll(ink, -1, 1)
    ) / 6
    return _with_alpha(_mixed(Y / 71, (20, 90, 60), (30, 140, 200)), soft)


def smoke():
    """Alpha alone, white."""
    return _with_alpha(
        np.full((*SIZE, 3), 255.0),
        0.5 + 1.4 * _clouds(17, scales=4) - np.hypot(X - 48, Y - 36) / 90,
    )


ALL = {
    draw.__name__: draw
    for draw in (
        *(valley, face, leaves, night, fruit, wash, sky, wheel, scan, old_photo),
        *(bars, curves, heat, window, streets, comic, tiles),
        *(sprite, badge, glow, label, smoke),
    )
}
