"""--optimize-jpeg: fewer bytes, the same pixels, metadata kept; without it nothing happens."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from images import as_file, decoded, scene
from trees import compress, contents

pytest.importorskip("mozjpeg_lossless_optimization")


def test_pixels_and_metadata_stay(tmp_path):
    site, dist = tmp_path / "site", tmp_path / "dist"
    site.mkdir()
    exif = Image.Exif()
    exif[0x010E] = "a scene"
    given = as_file(scene(120, 160), "jpeg", quality=85, exif=exif.tobytes())
    (site / "a.jpg").write_bytes(given)
    (site / "broken.jpg").write_bytes(given[:400])
    done = compress(site, "-r", "--out-dir", dist, "--optimize-jpeg", "--json")
    assert done.exit_code == 0, done.stderr
    a, broken = map(json.loads, done.stdout.splitlines())
    assert (a["status"], a["code"], a["format"]) == ("compressed", "smaller", "jpeg")
    assert (broken["status"], broken["code"]) == ("left", "photo_format")
    made = contents(dist)
    assert made["broken.jpg"] == given[:400]
    assert len(made["a.jpg"]) < len(given)
    assert np.array_equal(decoded(made["a.jpg"]), decoded(given))
    assert Image.open(BytesIO(made["a.jpg"])).getexif()[0x010E] == "a scene"
    again = compress(site, "-r", "--out-dir", dist, "--optimize-jpeg")
    assert "2 unchanged" in again.stdout
    assert compress(dist / "a.jpg", "--in-place", "--optimize-jpeg").exit_code == 0
    assert contents(dist) == made
    assert compress(dist / "a.jpg", "--check", "--optimize-jpeg").exit_code == 0
    assert compress(site / "a.jpg", "--check", "--optimize-jpeg").exit_code == 1
    assert compress(site / "a.jpg", "--check").exit_code == 0
