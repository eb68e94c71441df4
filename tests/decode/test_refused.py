"""Files that are damaged, too large, or no pictures: refused in a line, or what is left of them."""

import io
import os
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage

from decode.saved import save, with_chunks
from huepress.decode import load
from huepress.errors import DecodeError, InputError, LimitError
from huepress.formats.png import SIGNATURE, pack_chunk, take_apart
from images import REAL, as_file, flat, noise, ramp, scene

LOSSLESS = ["png", "webp", "bmp", "tiff", "ppm"]


def test_animations_are_refused_with_the_number_of_frames():
    frames = [PillowImage.fromarray(flat(color=(i, 0, 0))) for i in (10, 90, 200)]
    for format in ("gif", "webp", "png"):
        data = save(frames[0], format, save_all=True, append_images=frames[1:], lossless=True)
        with pytest.raises(DecodeError, match=r"has 3 frames.*--frame N \(0 to 2\)"):
            load(data)
        assert load(data, frame=1).pixels[0, 0, 0] == 90
        with pytest.raises(DecodeError, match="no number 3"):
            load(data, frame=3)


def test_pages_are_refused_but_thumbnails_do_not_count():
    pages = [PillowImage.fromarray(flat(color=(i, 0, 0))) for i in (10, 90)]
    data = save(pages[0], "tiff", save_all=True, append_images=pages[1:])
    with pytest.raises(DecodeError, match="has 2 pages"):
        load(data)
    assert load(data, frame=1).pixels[0, 0, 0] == 90
    pages[1].encoderinfo = {"tiffinfo": {254: 1}}
    thumbnail = save(pages[0], "tiff", save_all=True, append_images=pages[1:])
    assert load(thumbnail).pixels[0, 0, 0] == 10


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "is empty"),
        (b"hello", "not a picture that is known"),
        (b"<svg xmlns=", "an SVG"),
        (b"%PDF-1.7", "a PDF"),
        (bytes(100), "zero bytes only"),
        (b"\x89PNG\r\n\x1a\n", "without a header"),
        (as_file(ramp())[:60], "ends too early"),
        (as_file(ramp(64, 64), "jpeg")[:400], "damaged JPEG"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(data, found):
    with pytest.raises(DecodeError, match=found) as caught:
        load(data)
    assert "\n" not in str(caught.value)


def test_pixels_are_limited_before_they_are_decoded():
    header = np.array([1 << 30, 1 << 30], ">u4").tobytes() + bytes([8, 2, 0, 0, 0])
    bomb = SIGNATURE + pack_chunk(b"IHDR", header) + pack_chunk(b"IDAT", b"")
    with pytest.raises(LimitError) as caught:
        load(bomb)
    assert caught.value.value == 1 << 60
    for format in [*LOSSLESS, "jpeg", "gif", "avif", "qoi", "jpeg2000"]:
        with pytest.raises(LimitError, match="pixels; the limit is 526"):
            load(as_file(ramp(), format), max_pixels=526)
        assert load(as_file(ramp(), format), max_pixels=527).width == 17
    with pytest.raises(LimitError):
        load(ramp(), max_pixels=526)


def test_bytes_metadata_and_frames_are_limited(tmp_path):
    data = as_file(ramp())
    path = tmp_path / "a.png"
    path.write_bytes(data)
    for source in (data, path, io.BytesIO(data)):
        with pytest.raises(LimitError, match="--max-bytes"):
            load(source, max_bytes=len(data) - 1)
        source = io.BytesIO(data) if isinstance(source, io.BytesIO) else source
        assert load(source, max_bytes=len(data)).width == 17
    with pytest.raises(LimitError, match="--max-metadata"):
        load(with_chunks(data, (b"tEXt", bytes(1001))), max_metadata=1000)
    frames = [PillowImage.fromarray(flat(color=(i, 0, 0))) for i in range(5)]
    gif = save(frames[0], "gif", save_all=True, append_images=frames[1:])
    with pytest.raises(LimitError, match="5 frames"):
        load(gif, frame=0, max_frames=4)


def test_compressed_text_is_never_inflated():
    bomb = zlib.compress(bytes(50_000_000))
    data = with_chunks(as_file(ramp()), (b"zTXt", b"Comment\0\0" + bomb))
    assert np.array_equal(load(data).pixels, ramp())


def test_damaged_chunks_beside_the_picture_are_left_out_and_told():
    data = with_chunks(as_file(ramp()), (b"tEXt", b"a\0b"))
    damaged = data.replace(b"a\0b", b"a\0c")
    image = load(damaged)
    assert "tEXt" in image.source.notes[0]
    with pytest.raises(DecodeError, match="checksum of the IHDR"):
        load(data[:16] + b"\1" + data[17:], max_pixels=10**12)


@pytest.mark.parametrize("format", ["png", "jpeg", "gif", "bmp"])
def test_truncated_files_are_refused_unless_allowed(format):
    pixels = noise(200, 100)
    data = as_file(pixels, format)
    cut = data[: len(data) * 2 // 3]
    with pytest.raises(DecodeError):
        load(cut)
    image = load(cut, allow_truncated=True)
    whole = load(data).pixels
    assert image.pixels.shape == whole.shape
    first = slice(-40, None) if format == "bmp" else slice(40)  # BMP is stored upside down
    assert np.array_equal(image.pixels[first], whole[first])


def test_a_png_that_only_lacks_its_end_is_whole():
    assert np.array_equal(load(as_file(ramp())[:-12]).pixels, ramp())


def test_chunks_are_kept_as_they_stand():
    data = with_chunks(as_file(ramp()), (b"gAMA", b"\0\0\xb1\x8f"), (b"tEXt", b"a\0b"))
    from huepress.limits import Limits

    parts = take_apart("x", data, Limits())
    assert parts.ancillary == ((b"gAMA", b"\0\0\xb1\x8f"), (b"tEXt", b"a\0b"))
    assert parts.find(b"gAMA") == b"\0\0\xb1\x8f"
    assert np.array_equal(load(parts.stream).pixels, ramp())


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda p: p / "absent.png", "no such file"),
        (lambda p: p, "is a directory"),
        (lambda p: p / ("x" * 300 + ".png"), "too long"),
        (lambda p: f"{p}/a\0b.png", "null"),
    ],
)
def test_paths_that_lead_nowhere(tmp_path, make, found):
    with pytest.raises(InputError, match=found):
        load(make(tmp_path))


def test_a_fifo_is_refused_instead_of_waited_for(tmp_path):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no FIFOs on this system")
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match="not a regular file"):
        load(tmp_path / "pipe.png")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_on_paper_turn_with_the_picture(orientation):
    """Pixels a meter of a file that lies on its side stand the other way in what is read."""
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    data = as_file(ramp(), exif=exif.tobytes())
    data = with_chunks(data, (b"pHYs", b"\0\0\x0b\x13\0\0\x17\x12\1"))
    metadata = load(data).source.metadata
    turned = orientation >= 5
    written = dict(metadata["chunks"])[b"pHYs"]
    across, down = written[:4], written[4:8]
    assert (across, down, written[8]) == (
        (b"\0\0\x17\x12", b"\0\0\x0b\x13", 1) if turned else (b"\0\0\x0b\x13", b"\0\0\x17\x12", 1)
    )
    jpeg = as_file(ramp(), "jpeg", exif=exif.tobytes(), dpi=(90, 180))
    assert load(jpeg).source.metadata["dpi"] == ((180, 90) if turned else (90, 180))


def test_odd_objects():
    with pytest.raises(TypeError, match="not int"):
        load(7)
    with pytest.raises(InputError, match="yields text"):
        load(io.StringIO("text"))


@pytest.mark.parametrize("format", ["png", "gif", "bmp", "tiff", "webp", "jpeg", "ppm"])
def test_odd_files_load_or_are_refused(format):
    """Nothing but errors of the tree, each in one line: files cut short, and with bytes changed."""
    rng = np.random.default_rng(3)
    whole = as_file(noise(24, 24), format)
    files = [whole[: len(whole) * i // 9] for i in range(1, 9)]
    for _ in range(60):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        files.append(bytes(data))
    refusals = _refusals(files)
    assert len(refusals) > 3
    assert not [line for line in refusals if "\n" in line]


def test_real_odd_files_load_or_are_refused():
    """The same of real ones, where they lie beside the repository."""
    paths = [p for name in ("odd", "color", "misc", "animations") for p in (REAL / name).rglob("*")]
    small = [path for path in sorted(paths) if path.is_file() and path.stat().st_size < 1_000_000]
    assert not [line for line in _refusals(small) if "\n" in line]


def _refusals(sources):
    refusals = []
    for source in sources:
        try:
            load(source, max_pixels=8_000_000)
        except InputError as error:
            refusals.append(str(error))
    return refusals


def test_what_takes_a_file_cut_short_is_told():
    data = as_file(scene(), "jpeg")
    with pytest.raises(DecodeError, match="--allow-truncated"):
        load(data[: len(data) // 2])
    assert load(data[: len(data) // 2], allow_truncated=True).pixels.shape == scene().shape


def test_libtiff_says_nothing_past_us(capfd):
    data = as_file(noise(40, 40), "tiff", compression="tiff_lzw")
    with pytest.raises(DecodeError):
        load(data[:8] + b"\xff" * 40 + data[48:])
    assert capfd.readouterr().err == ""
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_a_turned_tiff_cut_short_is_refused_in_one_line():
    """Pillow lets a SystemError escape: found by mutating files of every orientation."""
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    data = as_file(noise(40, 60), "tiff", exif=exif)
    with pytest.raises(DecodeError, match="tile"):
        load(data[:-300], allow_truncated=True)
