"""Every kind of source becomes one upright RGB(A) picture."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage

from decode.saved import png16, save, with_chunks
from huepress.decode import load
from huepress.decode.pixels import from_deep
from huepress.errors import InputError
from huepress.formats.png import SIGNATURE, pack_chunk
from images import as_file, flat, noise, ramp, soft_disc

LOSSLESS = ["png", "webp", "bmp", "tiff", "ppm"]


@pytest.mark.parametrize("format", LOSSLESS)
def test_files_of_every_lossless_format(format):
    pixels = noise()
    image = load(as_file(pixels, format, **({"lossless": True} if format == "webp" else {})))
    assert np.array_equal(image.pixels, pixels)
    assert image.source.format == format
    assert image.source.n_bytes == len(image.source.data)
    assert image.deep is None


@pytest.mark.parametrize("format", ["jpeg", "avif", "gif", "qoi", "jpeg2000", "ico"])
def test_files_of_the_other_formats(format):
    image = load(as_file(ramp(48, 48), format))
    assert image.source.format == format
    assert image.pixels.shape == (48, 48, 3)
    assert abs(image.pixels.astype(int) - ramp(48, 48)).mean() < 12


def test_every_kind_of_source_gives_the_same_picture(tmp_path):
    pixels = ramp()
    data = as_file(pixels)
    path = tmp_path / "ä picture.png"
    path.write_bytes(data)
    sources = [path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data)]
    with path.open("rb") as file:
        images = [load(source) for source in [*sources, file, PillowImage.open(path), pixels]]
    for image in images:
        assert np.array_equal(image.pixels, pixels)
    assert images[0].source.name == str(path)
    assert images[2].source.name == "<bytes>"
    assert load(images[0]) is images[0]


def test_the_content_decides_not_the_name(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(as_file(ramp()))
    assert load(path).source.format == "png"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "La", "RGBa"])
def test_modes_of_pillow_look_as_pillow_shows_them(mode):
    soft = PillowImage.fromarray(soft_disc(31))
    for step in {"La": ["LA", "La"], "PA": ["P", "PA"]}.get(mode, [mode]):
        soft = soft.convert(step)
    image = load(soft)
    seen = np.asarray(soft.convert("LA" if mode == "La" else "RGBA").convert("RGBA"))
    if image.has_alpha:
        assert np.array_equal(image.pixels, seen)
    else:
        assert seen[..., 3].min() == 255
        assert np.array_equal(image.pixels, seen[..., :3])


def test_a_pillow_image_is_left_as_it_was():
    frames = [PillowImage.fromarray(flat(color=(i, i, i))) for i in (10, 20, 30)]
    data = save(frames[0], "gif", save_all=True, append_images=frames[1:])
    opened = PillowImage.open(io.BytesIO(data))
    assert load(opened, frame=2).pixels[0, 0, 0] == 30
    assert opened.tell() == 0


def test_alpha_is_kept_only_when_a_pixel_is_not_opaque():
    opaque = np.dstack([ramp(), np.full((31, 17), 255, np.uint8)])
    image = load(as_file(opaque))
    assert not image.has_alpha
    assert image.source.has_alpha
    opaque[3, 4, 3] = 254
    assert np.array_equal(load(as_file(opaque)).pixels, opaque)


@pytest.mark.parametrize("array", [noise(9, 5)[..., 0], noise(9, 5)[..., :1]])
def test_gray_arrays(array):
    gray = array.reshape(9, 5)
    assert np.array_equal(load(array).pixels, np.dstack([gray] * 3))


def test_gray_and_alpha_array():
    array = noise(9, 5)[..., :2]
    assert np.array_equal(load(array).pixels, array[..., [0, 0, 0, 1]])


def test_floats_and_16_bits_keep_their_depth():
    deep = np.arange(0, 65536, 37, np.uint16)[:1770].reshape(59, 10, 3)
    image = load(deep)
    assert np.array_equal(image.deep, deep)
    as_float = load(deep / 65535.0)
    assert np.array_equal(as_float.deep, deep)
    assert np.array_equal(as_float.pixels, np.rint(deep / 257.0).astype(np.uint8))


def test_16_bits_round_to_the_nearest_of_8():
    every = np.arange(65536, dtype=np.uint16)
    assert np.array_equal(from_deep(every), np.rint(every * (255.0 / 65535.0)).astype(np.uint8))


def test_arrays_are_copied_and_any_layout_is_taken():
    array = ramp()
    image = load(array)
    array[:] = 0
    assert image.pixels.any()
    assert np.array_equal(load(ramp()[::-1, ::2]).pixels, ramp()[::-1, ::2])
    swapped = noise(5, 4).astype(np.uint16) * 257
    assert np.array_equal(load(swapped.astype(swapped.dtype.newbyteorder())).deep, swapped)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((4, 4, 3), np.int32),
        np.full((4, 4, 3), 1.5),
        np.full((4, 4), np.nan),
        np.full((4, 4), -0.1, np.float32),
    ],
)
def test_arrays_of_other_kinds_are_refused(array):
    with pytest.raises(InputError, match="<array>: "):
        load(array)


@pytest.mark.parametrize("color_type", [0, 2, 4, 6])
def test_png_of_16_bits_keeps_every_bit(color_type):
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color_type]
    samples = np.random.default_rng(0).integers(0, 65536, (13, 7, channels)).astype(np.uint16)
    image = load(png16(samples, color_type))
    wanted = {1: [0, 0, 0], 2: [0, 0, 0, 1], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]
    assert np.array_equal(image.deep, samples[..., wanted])
    assert np.array_equal(image.pixels, from_deep(samples[..., wanted]))


def test_tiff_of_16_bits_keeps_every_bit():
    gray = np.arange(0, 65536, 211, np.uint16)[:310].reshape(31, 10)
    image = load(save(PillowImage.fromarray(gray), "tiff"))
    assert np.array_equal(image.deep[..., 1], gray)


@pytest.mark.parametrize(("depth", "key"), [(1, 1), (2, 2), (4, 5), (8, 77)])
def test_gray_key_color_is_read_in_its_own_depth(depth, key):
    # Pillow compares the raw key with values spread over 0-255, and misses it below 8 bits.
    width = 8
    values = np.arange(width) % (1 << depth)
    values[3] = key
    bits = "".join(f"{v:0{depth}b}" for v in values)
    row = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    header = np.array([width, 1], ">u4").tobytes() + bytes([depth, 0, 0, 0, 0])
    chunks = [
        (b"IHDR", header),
        (b"tRNS", bytes([0, key])),
        (b"IDAT", zlib.compress(b"\0" + row)),
        (b"IEND", b""),
    ]
    image = load(SIGNATURE + b"".join(pack_chunk(*chunk) for chunk in chunks))
    assert np.array_equal(image.pixels[0, :, 3] == 0, values == key)


def test_rgb_key_color():
    pixels = ramp()
    data = with_chunks(as_file(pixels), (b"tRNS", b"".join(bytes([0, v]) for v in pixels[5, 5])))
    clear = load(data).pixels[..., 3] == 0
    assert np.array_equal(clear, (pixels == pixels[5, 5]).all(axis=2))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff", "avif"])
def test_exif_orientation_is_applied(format, orientation):
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :8] = (250, 10, 10)
    upright[:8, 24:] = (10, 250, 10)
    upright[8:, :8] = (10, 10, 250)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    data = save(PillowImage.fromarray(np.ascontiguousarray(stored)), format, exif=exif.tobytes())
    image = load(data)
    assert image.pixels.shape == upright.shape
    assert abs(image.pixels.astype(int) - upright).mean() < 20
