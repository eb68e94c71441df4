"""More than 8 bits a channel: read as they are meant, and never lost without a word."""

import io
import struct
import zlib

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as PillowImage

from huepress import compress
from huepress.cli import cli
from huepress.decode import load
from huepress.errors import InputError
from huepress.formats.png import SIGNATURE, pack_chunk


def png16(samples, color_type):
    """A 16-bit PNG of (height, width, channels) uint16."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return SIGNATURE + b"".join(pack_chunk(*chunk) for chunk in chunks)


def labels(n=300):
    """Labels 0 to n - 1 in blocks, as a mask of instances has them."""
    y, x = np.mgrid[0:60, 0:80]
    return ((y // 3 * 20 + x // 4) % n).astype(np.uint16)


def fine_rgb(channels=3):
    """Colors that 8 bits do not tell apart."""
    y, x = np.mgrid[0:20, 0:24]
    planes = [x * 300 + 7, y * 900 + 3, x * y * 80 + 11, np.full_like(x, 60000)]
    return np.dstack(planes[:channels]).astype(np.uint16)


def tiff(array, mode=None):
    out = io.BytesIO()
    PillowImage.fromarray(array, mode).save(out, "tiff")
    return out.getvalue()


def deep_sources():
    """Pictures of 16 bits from every kind of source: name -> source."""
    mask = labels()
    return {
        "gray PNG": png16(mask[..., None], 0),
        "RGB PNG": png16(fine_rgb(), 2),
        "RGBA PNG": png16(fine_rgb(4), 6),
        "TIFF": tiff(mask),
        "int32 TIFF": tiff(mask.astype(np.int32)),
        "array": mask,
        "big-endian array": mask.astype(">u2"),
        "RGB array": fine_rgb(),
        "float array": fine_rgb() / 65535.0,
        "float32 image": PillowImage.fromarray((fine_rgb()[..., 0] / 65535.0).astype(np.float32)),
        "I;16": PillowImage.fromarray(mask),
        "I": PillowImage.fromarray(mask.astype(np.int32)),
        "PGM": b"P5 80 60 65535\n" + mask.astype(">u2").tobytes(),
        "PPM": b"P6\n# a word\n24 20\n65535\n" + fine_rgb().astype(">u2").tobytes(),
    }


@pytest.mark.parametrize("kind", deep_sources())
def test_what_8_bits_lose_is_counted_and_said(kind):
    result = compress(deep_sources()[kind], colors=64)
    report = result.report()
    assert report["mse"] > 0
    assert report["psnr"] is not None
    assert report["score"] < 100
    assert "lossless" not in result.summary()
    assert any("--lossless" in note for note in report["notes"])


@pytest.mark.parametrize("kind", deep_sources())
def test_lossless_keeps_16_bits(kind):
    source = deep_sources()[kind]
    result = compress(source, lossless=True)
    assert np.array_equal(load(result.data).deep, load(source).deep)
    assert result.mse == 0
    assert not result.loses_depth


@pytest.mark.parametrize("kind", ["gray PNG", "TIFF", "array", "float32 image", "PGM"])
def test_labels_and_depth_are_not_said_to_look_identical(kind):
    """A score near 100 means nothing where 300 labels became 2."""
    result = compress(deep_sources()[kind])
    assert result.score > 99
    assert result.report()["look"] == "values cut to 8 bits"
    assert "identical" not in result._repr_html_()


def test_few_colors_may_be_labels_and_many_are_a_picture():
    few = np.dstack([labels(), labels() // 7, labels() // 3])
    assert compress(few).look == "values cut to 8 bits"
    y, x = np.mgrid[0:40, 0:60]
    many = np.dstack([x * 1000 + 3, y * 1500 + 7, (x + y) * 600 + 11]).astype(np.uint16)
    result = compress(many)
    assert result.loses_depth
    assert result.look == result.verdict.words
    assert compress(labels(), lossless=True).look == "looks identical"


def test_values_that_8_bits_hold_are_no_loss():
    """16 bits that say what 8 say, from a PNG or as floats."""
    gray = (labels() % 256).astype(np.uint16)
    for source in (gray * 257, gray / 255.0, (gray / 255.0).astype(np.float32)):
        result = compress(source)
        assert result.mse == 0
        assert "lossless" in result.summary()
        assert not result.notes


def test_the_error_is_that_of_the_fine_values():
    deep = fine_rgb(4)
    deep[..., 3] = 65535
    deep[:8, :, 3] = 30000
    result = compress(png16(deep, 6))
    a, b = deep / 257.0, np.dstack([result.pixels])
    p, q = a[..., 3:] / 255, b[..., 3:] / 255
    over = [a[..., :3] * p + g * (1 - p) - b[..., :3] * q - g * (1 - q) for g in (0.0, 255.0)]
    assert result.mse == pytest.approx(np.mean(np.square(over)))


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.float64])
def test_pillow_images_of_wide_values_from_0_to_255_are_read_as_pillow_shows_them(dtype):
    gray = np.arange(256).reshape(8, 32)
    image = PillowImage.fromarray(gray.astype(dtype if dtype != np.float64 else np.float32))
    assert np.array_equal(load(image).pixels[..., 0], np.asarray(image.convert("L")))
    assert load(image).fine is None
    assert compress(image).colors == 256


@pytest.mark.parametrize(
    "values",
    [
        np.array([[0.0, 256.0]], np.float32),
        np.array([[-0.5, 0.5]], np.float32),
        np.array([[0.0, np.nan]], np.float32),
        np.array([[0.0, np.inf]], np.float32),
        np.array([[0, 70000]], np.int32),
        np.array([[-1, 5]], np.int32),
    ],
)
def test_other_ranges_are_refused(values):
    with pytest.raises(InputError, match="scale them first"):
        load(PillowImage.fromarray(values))


def test_rounded_floats_are_not_called_lossless():
    values = np.linspace(0, 1, 64 * 64).reshape(64, 64) ** 3
    result = compress(values, lossless=True)
    assert "lossless" not in result.summary()
    assert any("rounded" in note for note in result.notes)


@pytest.mark.parametrize("samples", [labels()[..., None], fine_rgb()])
def test_in_place_refuses_what_would_be_lost(tmp_path, samples):
    data = png16(samples, 0 if samples.shape[2] == 1 else 2)
    path = tmp_path / "mask.png"
    path.write_bytes(data)
    run = CliRunner().invoke
    done = run(cli, ["compress", str(path), "--in-place"])
    assert done.exit_code == 1
    assert "more than 8 bits" in done.stderr
    assert path.read_bytes() == data
    done = run(cli, ["compress", str(tmp_path), "-r", "--in-place"])
    assert done.exit_code == 0
    assert path.read_bytes() == data
    done = run(cli, ["compress", str(path), "--in-place", "--lossless"])
    assert done.exit_code == 0
    assert np.array_equal(load(path).deep, load(data).deep)
    done = run(cli, ["compress", str(path), "--in-place", "--force"])
    assert done.exit_code == 0
    assert load(path).deep is None


def test_depth_that_pillow_cuts_is_said():
    out = io.BytesIO()
    ramp = np.repeat(np.arange(64, dtype=np.uint8)[None], 64, axis=0)
    PillowImage.fromarray(np.dstack([ramp] * 3)).save(out, "jpeg2000")
    data = bytearray(out.getvalue())
    at = data.find(b"\xff\x4f\xff\x51") + 2
    assert data[at + 40] == 7  # bits a component, less 1
    plain = b"P3 2 1 1000\n0 1 2 1000 999 3\n"
    assert any("10 bits" in note for note in load(plain).source.notes)
    assert load(plain).source.is_converted


def pfm(values):
    """A PFM of one channel, little-endian, its rows from below."""
    height, width = values.shape
    return f"Pf\n{width} {height}\n-1.0\n".encode() + values[::-1].astype("<f4").tobytes()


def test_a_pfm_loses_a_few_highlights_with_a_note_and_no_more():
    values = np.linspace(0, 1, 400).reshape(20, 20)
    values[0, :3] = 4.5
    result = compress(pfm(values))
    assert any("cut to 0-1" in note for note in result.notes)
    assert "lossless" not in result.summary()
    with pytest.raises(InputError, match="scale them first"):
        load(pfm(values * 255))


def test_a_gray_tiff_of_16_bits_stays_one():
    result = compress(tiff(labels()), format="tiff", lossless=True)
    assert np.array_equal(load(result.data).deep, load(tiff(labels())).deep)
