"""The one road to a kept original: every option holds for it, too."""

import io
import json
import struct

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as PillowImage

from huepress import compress
from huepress.cli import cli
from huepress.decode import load
from huepress.decode.color import CICP_PRIMARIES
from huepress.formats import profiles
from huepress.formats.png import SIGNATURE, chunks_of, is_strict, pack_chunk
from images import as_file, decoded, noise, ramp

SECRET = "someone secret"


def exif():
    block = PillowImage.Exif()
    block[0x13B] = SECRET
    block.get_ifd(0x8825).update({1: "N", 29: "2026:11:30"})
    return block


def saved(pixels, format, **options):
    out = io.BytesIO()
    PillowImage.fromarray(pixels).save(out, format, exif=exif(), **options)
    return out.getvalue()


def hard_to_beat(format):
    """A file with EXIF that nothing of ours is much smaller than."""
    pixels = noise(40, 40, levels=2)
    more = {"webp": {"lossless": True}, "tiff": {"compression": "tiff_adobe_deflate"}}
    if format == "tiff":
        return saved(pixels[..., 0], "tiff", **more["tiff"])
    return saved(pixels, format, **more.get(format, {}))


def run(*arguments):
    return CliRunner().invoke(cli, ["compress", *map(str, arguments)])


@pytest.mark.parametrize("strip", ["all", "safe"])
@pytest.mark.parametrize("format", ["png", "webp", "tiff", "jpeg"])
@pytest.mark.parametrize("way", ["min-savings", "in-place", "never larger"])
def test_a_kept_original_has_nothing_that_is_stripped(tmp_path, format, strip, way):
    data = hard_to_beat(format)
    assert SECRET.encode() in data
    path, out = tmp_path / f"a.{format}", tmp_path / "out"
    path.write_bytes(data)
    if way == "in-place":
        if format == "jpeg":
            return  # never written in place
        done = run(path, "--in-place", "--strip", strip)
        written = path
    else:
        more = ["--min-savings", "99%"] if way == "min-savings" else []
        own = "png" if format == "jpeg" else format
        done = run(path, "--out-dir", out, "-f", own, "--strip", strip, *more)
        (written,) = out.iterdir()
    assert done.exit_code == 0, done.output
    assert SECRET.encode() not in written.read_bytes()
    assert b"2026:11:30" not in written.read_bytes()
    if way != "never larger":  # the original then
        assert np.array_equal(load(written).pixels, load(data).pixels)


def wide(pixels):
    """A PNG in the primaries of P3."""
    xyz = profiles.xyz_from_primaries(CICP_PRIMARIES[12])
    return as_file(pixels, icc_profile=profiles.make("P3", xyz, (2.2,)))


@pytest.mark.parametrize("more", [["--strip", "all"], ["--icc", "srgb"]])
def test_a_wide_profile_does_not_come_back_with_the_original(tmp_path, more):
    path, out = tmp_path / "a.png", tmp_path / "o.png"
    path.write_bytes(wide(ramp()))
    done = run(path, "-o", out, "--min-savings", "99%", *more)
    assert done.exit_code == 0
    assert load(out).source.icc_profile is None
    assert b"iCCP" not in out.read_bytes()
    assert np.abs(load(out).pixels.astype(int) - load(path, icc="srgb").pixels).mean() < 9


def test_one_frame_never_becomes_the_animation(tmp_path):
    frames = [PillowImage.fromarray(noise(20, 20, levels=2, seed=i)) for i in range(3)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    out = tmp_path / "o.gif"
    assert run(path, "-o", out, "--frame", 1, "--min-savings", "99%").exit_code == 0
    with PillowImage.open(out) as image:
        assert image.n_frames == 1


@pytest.mark.parametrize("way", [["--palette", "#000,#f00"], ["--keep-color", "#123456"]])
def test_given_colors_hold_where_little_is_saved(tmp_path, way):
    path, out = tmp_path / "a.png", tmp_path / "o.png"
    path.write_bytes(as_file(noise(30, 30, levels=2)))
    assert run(path, "-o", out, "--min-savings", "99%", *way).exit_code == 0
    with PillowImage.open(out) as image:
        plte = image.getpalette()[:3]
    assert plte == ([0, 0, 0] if way[0] == "--palette" else [0x12, 0x34, 0x56])


def test_the_bound_holds_where_little_is_saved(tmp_path):
    path, out = tmp_path / "a.png", tmp_path / "o.png"
    path.write_bytes(as_file(noise(60, 60)))
    limit = path.stat().st_size // 2
    assert run(path, "-o", out, "--max-size", limit, "--min-savings", "99%").exit_code == 0
    assert out.stat().st_size <= limit


# ----------------------------------------------------------------------- colors of what is kept


def bars(n=24):
    """So many colors in a truecolor PNG that nothing of ours beats at few colors."""
    colors = np.random.default_rng(3).integers(0, 256, (n, 3)).astype(np.uint8)
    return np.repeat(np.repeat(colors, 4, axis=0)[None], 8, axis=0)


def small_truecolor():
    return compress(bars(), lossless=True).data


def test_a_kept_original_says_how_many_colors_it_has(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(small_truecolor())
    told = run(path, "-o", tmp_path / "o.png")
    assert "original kept" in told.output
    assert "24 colors" in told.output
    row = json.loads(run(path, "-o", tmp_path / "p.png", "--json").stdout)
    assert (row["status"], row["colors"]) == ("kept", 24)
    assert "24 colors" in compress(path).summary()


@pytest.mark.parametrize("more", [["--lossless"], ["-k", 4], [], ["--min-savings", "99%"]])
def test_json_always_tells_the_colors(tmp_path, more):
    path = tmp_path / "a.png"
    path.write_bytes(as_file(ramp(30, 30)))
    row = json.loads(run(path, "-o", tmp_path / "o.png", "--json", *more).stdout)
    assert row["colors"] == len(
        np.unique(decoded((tmp_path / "o.png").read_bytes()).reshape(-1, 3), axis=0)
    )


@pytest.mark.parametrize("k", [1, 16])
@pytest.mark.parametrize("format", ["png", "gif", "bmp", "tiff"])
@pytest.mark.parametrize("in_place", [False, True])
def test_indexed_insists(tmp_path, k, format, in_place):
    path = tmp_path / f"a.{format}"
    path.write_bytes(small_truecolor() if format == "png" else as_file(bars(), format))
    out = path if in_place else tmp_path / f"o.{format}"
    where = ["--in-place"] if in_place else ["-o", out, "--min-savings", "99%"]
    done = run(path, "-k", k, "--indexed", *where)
    assert done.exit_code == 0, done.output
    with PillowImage.open(out) as image:
        assert image.mode == "P" or format == "gif"
    assert len(np.unique(decoded(out.read_bytes()).reshape(-1, 3), axis=0)) <= k


def test_indexed_writes_a_palette_for_gray_too(tmp_path):
    gray = np.dstack([np.arange(64, dtype=np.uint8).reshape(8, 8) * 4] * 3)
    data = compress(gray, indexed=True, colors=16).data
    assert data[25] == 3
    kept = compress(data, indexed=True, colors=16)
    assert kept.data[25] == 3
    assert kept.colors <= 16


@pytest.mark.parametrize(
    "more", [["-f", "webp"], ["--lossless"], ["-f", "smallest"]], ids=lambda value: value[-1]
)
def test_indexed_where_there_is_no_palette_is_refused(tmp_path, more):
    path = tmp_path / "a.png"
    path.write_bytes(small_truecolor())
    assert run(path, "--indexed", *more).exit_code == 2


# --------------------------------------------------------------------- decoded strictly, or not


def parts(data):
    """The chunks of a PNG, whole."""
    return [chunk for _, chunk in chunks_of(data)]


def small_png():
    """A PNG in two IDAT chunks that nothing of ours beats."""
    data = compress(noise(16, 16, levels=2), lossless=True).data
    content = b"".join(chunk[8:-4] for name, chunk in chunks_of(data) if name == b"IDAT")
    head = [chunk for name, chunk in chunks_of(data) if name not in (b"IDAT", b"IEND")]
    return head, content


def joined(head, *rest):
    return SIGNATURE + b"".join(head) + b"".join(rest) + pack_chunk(b"IEND", b"")


def test_strict_files_are_strict():
    for pixels in (noise(9, 7), noise(9, 7, channels=4), noise(9, 7, levels=2), ramp()[..., 0]):
        for interlace in (False, True):
            data = as_file(pixels, interlace=interlace)
            assert is_strict(data)
            assert is_strict(compress(data).data)


def lenient():
    """PNGs that this decoder reads and stricter ones may not: name -> bytes."""
    head, content = small_png()
    half = len(content) // 2
    one, two = (pack_chunk(b"IDAT", part) for part in (content[:half], content[half:]))
    text = pack_chunk(b"tEXt", b"Comment\0hello")
    whole = pack_chunk(b"IDAT", content)
    broken = text[:-1] + bytes([text[-1] ^ 1])
    return {
        "IDAT in two runs": joined(head, one, text, two),
        "wrong checksum beside the picture": joined(head, broken, whole),
        "no end": joined(head, whole)[:-12],
        "more behind the rows": joined(head, pack_chunk(b"IDAT", content + b"\0\0\0\0")),
    }


@pytest.mark.parametrize("kind", lenient())
@pytest.mark.parametrize("strip", ["none", "safe", "all"])
@pytest.mark.parametrize("lossless", [True, False])
def test_what_comes_out_is_strict(kind, strip, lossless):
    data = lenient()[kind]
    assert not is_strict(data)
    result = compress(data, strip=strip, lossless=lossless)
    assert is_strict(result.data)
    if lossless:
        assert np.array_equal(load(result.data).pixels, load(data).pixels)


def test_unlikely_headers_are_not_strict():
    head, content = small_png()
    whole = pack_chunk(b"IDAT", content)
    width, height = struct.unpack_from(">II", head[0], 8)
    for tail in ((8, 2, 0, 1, 0), (8, 2, 1, 0, 0), (3, 2, 0, 0, 0), (8, 5, 0, 0, 0)):
        header = pack_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *tail))
        assert not is_strict(joined([header], whole))
    assert not is_strict(joined(head, pack_chunk(b"ABCD", b""), whole))
    indexed = parts(compress(noise(16, 16), colors=200, indexed=True).data)
    assert [chunk[4:8] for chunk in indexed] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert is_strict(SIGNATURE + b"".join(indexed))
    assert not is_strict(SIGNATURE + b"".join(indexed[i] for i in (0, 2, 1, 3)))
    assert not is_strict(SIGNATURE + b"".join(indexed[i] for i in (0, 1, 1, 2, 3)))
    assert not is_strict(SIGNATURE + b"".join(indexed[i] for i in (0, 2, 3)))
    assert not is_strict(joined(head, pack_chunk(b"IDAT", content[:-1])))
    assert not is_strict(b"no PNG")


def test_the_form_of_xcode_is_named():
    from huepress.errors import DecodeError

    data = as_file(ramp())
    cgbi = SIGNATURE + pack_chunk(b"CgBI", b"\x50\0\x20\x06") + data[8:]
    with pytest.raises(DecodeError, match=r"Xcode.*CgBI.*revert-iphone-optimizations"):
        load(cgbi)
