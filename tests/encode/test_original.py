"""--strip all takes everything from a file that is kept, too."""

import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from huepress import compress
from huepress.encode import without_metadata
from huepress.load import load
from huepress.load.png import pack_chunk
from images import decoded, noise, scene, soft_disc

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
    PillowImage.fromarray(scene()).save(out, "bmp")
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
