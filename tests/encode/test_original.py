"""A file that is kept loses what a new one would not have had: --strip holds for it, too."""

import io

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageOps

from huepress import compress
from huepress.decode import load
from huepress.decode.color import CICP_PRIMARIES
from huepress.encode import without_metadata
from huepress.formats import profiles
from huepress.formats.png import pack_chunk
from images import as_file, decoded, noise, scene, soft_disc
from trees import compress as run

SECRET = b"Author\0someone"


def files():
    """Small files with something beside the picture: name -> bytes."""
    png = compress(noise(9, 9, levels=2)).data
    webp, gif = io.BytesIO(), io.BytesIO()
    exif = PillowImage.Exif()
    exif[0x13B] = "Author someone"
    few = PillowImage.fromarray(noise(9, 9, levels=2))
    few.save(webp, "webp", lossless=True, quality=100, method=6, exif=exif.tobytes())
    few.quantize(16).save(gif, "gif", comment=SECRET)
    return {
        "png": png[:33] + pack_chunk(b"tEXt", SECRET) + png[33:],
        "webp": webp.getvalue(),
        "gif": gif.getvalue(),
    }


@pytest.mark.parametrize("format", ["png", "webp", "gif"])
def test_nothing_but_the_picture_stays(format):
    data = files()[format]
    bare = without_metadata(load(data))
    assert b"someone" in data
    assert b"someone" not in bare
    assert len(bare) < len(data)
    assert np.array_equal(decoded(bare), decoded(data))
    result = compress(data, format=format, strip="all")
    assert b"someone" not in result.data
    assert len(result.data) <= len(data)
    assert np.array_equal(decoded(result.data), decoded(data))


def test_what_changes_the_look_is_not_taken_from_the_original():
    out = io.BytesIO()
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    PillowImage.fromarray(soft_disc(21)).save(out, "png", exif=exif.tobytes())
    image = load(out.getvalue())
    assert image.source.format == "png"
    turned = scene()
    out = io.BytesIO()
    PillowImage.fromarray(turned).save(out, "png", exif=exif.tobytes())
    assert without_metadata(load(out.getvalue())) is None
    assert without_metadata(load(turned)) is None


def test_other_formats_and_damaged_ones_have_no_bare_original():
    out = io.BytesIO()
    PillowImage.fromarray(scene()).save(out, "avif")
    assert without_metadata(load(out.getvalue())) is None


def test_in_place_too(tmp_path):
    from click.testing import CliRunner

    from huepress.cli import cli

    path = tmp_path / "a.png"
    path.write_bytes(files()["png"])
    done = CliRunner().invoke(cli, ["compress", str(path), "--in-place", "--strip", "all"])
    assert done.exit_code == 0
    assert b"someone" not in path.read_bytes()
    assert np.array_equal(decoded(path.read_bytes()), decoded(files()["png"]))


def camera_file(format, orientation, *, profile=None):
    """A small file with EXIF: an author, and the way it was held."""
    exif = PillowImage.Exif()
    exif[0x13B], exif[0x0112] = "Author someone", orientation
    more = {"icc_profile": profile} if profile else {}
    if format == "jpeg":
        more |= {"comment": b"someone said", "dpi": (300, 300)}
    elif format == "webp":
        more |= {"lossless": True}
    return as_file(noise(24, 9, levels=2), format, exif=exif.tobytes(), **more)


def wide_profile():
    return profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), (2.2,))


@pytest.mark.parametrize("format", ["png", "webp", "jpeg"])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("profile", [None, wide_profile()], ids=["plain", "wide"])
def test_safe_keeps_what_changes_the_look_and_nothing_else(format, orientation, profile):
    data = camera_file(format, orientation, profile=profile)
    bare = without_metadata(load(data), "safe")
    assert b"someone" in data
    assert b"someone" not in bare
    assert len(bare) < len(data)
    before, after = load(data), load(bare)
    assert np.array_equal(after.pixels, before.pixels)
    assert after.source.icc_profile == before.source.icc_profile
    assert after.source.metadata.get("dpi") == before.source.metadata.get("dpi")
    turned = ImageOps.exif_transpose(PillowImage.open(io.BytesIO(bare)))
    assert turned.size == ((24, 9) if orientation == 6 else (9, 24))
    assert without_metadata(after, "safe") == bare


def test_safe_drops_the_signature_and_keeps_the_size_on_paper():
    png = compress(noise(9, 9, levels=2)).data
    size = pack_chunk(b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\1")
    more = size + pack_chunk(b"caBX", b"jumb") + pack_chunk(b"tEXt", SECRET)
    assert without_metadata(load(png[:33] + more + png[33:]), "safe") == png[:33] + size + png[33:]


def test_what_stands_behind_the_end_goes():
    for format in ("png", "webp", "jpeg"):
        data = camera_file(format, 1)
        bare = without_metadata(load(data), "safe")
        assert without_metadata(load(data + b"someone else"), "safe") == bare


def test_a_kept_original_is_without_its_metadata():
    small = compress(noise(9, 9, levels=2)).data
    data = small[:33] + pack_chunk(b"tEXt", SECRET) + small[33:]
    result = compress(data)
    assert (result.status, result.data) == ("kept", small)
    assert "original kept without its metadata" in result.summary()
    result = compress(small)
    assert (result.status, result.data) == ("kept", small)
    assert "original kept: nothing smaller" in result.summary()
    result = compress(data, strip="none")
    assert b"someone" in result.data


def test_what_is_kept_because_little_would_be_saved_is_without_it_too(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(camera_file("jpeg", 6))
    for strip, there in [("safe", False), ("none", True)]:
        out = tmp_path / strip
        done = run(photo, "--min-savings", "99%", "--out-dir", out, "--strip", strip)
        assert done.exit_code == 0, done.output
        (kept,) = [path for path in out.iterdir() if path.suffix == ".jpg"]
        assert (b"someone" in kept.read_bytes()) == there
        assert np.array_equal(load(kept).pixels, load(photo).pixels)
