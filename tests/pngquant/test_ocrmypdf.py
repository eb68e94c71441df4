"""The OCRmyPDF plugin on a real PDF: found by itself, smaller pages, none inverted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from images import as_file

pikepdf = pytest.importorskip("pikepdf", reason="OCRmyPDF is not installed")
pytest.importorskip("ocrmypdf")
img2pdf = pytest.importorskip("img2pdf")


def page(paper, ink):
    image = Image.new("RGB", (420, 560), paper)
    draw = ImageDraw.Draw(image)
    for i in range(24):
        draw.text((20, 20 + 21 * i), "The quick brown fox jumps over the lazy dog.", fill=ink)
    return np.asarray(image)


def scan():
    grain = np.random.default_rng(0).normal(0, 3, (560, 420, 1)).round()
    return np.uint8(np.clip(page((250, 248, 240), (20, 20, 30)) + grain, 0, 255))


def two_colors(paper=255, ink=0):
    text = page((0, 0, 0), (255, 255, 255))[..., :1] > 128
    return np.where(text, ink, paper).astype(np.uint8).repeat(3, axis=2)


def pictures_of(path):
    with pikepdf.open(path) as pdf:
        return [
            np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
            for sheet in pdf.pages
            for image in sheet.get_images().values()
        ]


@pytest.mark.skipif(
    not (shutil.which("tesseract") and shutil.which("gs")), reason="no tesseract or ghostscript"
)
@pytest.mark.slow
def test_pages_get_smaller_without_pngquant_and_none_is_inverted(tmp_path):
    pages = [scan(), two_colors(), two_colors(paper=0, ink=255), two_colors(paper=200, ink=60)]
    source, target, tools = tmp_path / "in.pdf", tmp_path / "out.pdf", tmp_path / "tools"
    source.write_bytes(img2pdf.convert([as_file(each) for each in pages]))
    tools.mkdir()  # no pngquant among them
    for name in ("tesseract", "gs"):
        (tools / name).symlink_to(shutil.which(name))
    words = ["--optimize", "2", "--output-type", "pdf", "-j", "1"]
    words += ["--tesseract-timeout", "0", "--skip-text"]
    done = subprocess.run(
        [Path(sys.executable).parent / "ocrmypdf", *words, source, target],
        capture_output=True,
        text=True,
        env={"PATH": str(tools), "HOME": str(tmp_path), "TMPDIR": os.environ.get("TMPDIR", "/tmp")},
    )
    assert done.returncode == 0, done.stderr
    assert "pngquant" not in done.stderr
    assert target.stat().st_size < 0.7 * source.stat().st_size
    shown = pictures_of(target)
    assert len(shown) == 4
    assert np.abs(shown[0].astype(float) - pages[0]).mean() < 4
    assert len(np.unique(shown[0].reshape(-1, 3), axis=0)) <= 256
    for found, wanted in zip(shown[1:], pages[1:], strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_what_would_have_two_colors_is_left(tmp_path):
    from huepress.ocrmypdf import quantize

    source = tmp_path / "two.png"
    source.write_bytes(as_file(two_colors()))
    quantize(source, tmp_path / "out.png", 60, 80)
    assert not (tmp_path / "out.png").exists()
    source.write_bytes(as_file(scan()))
    quantize(source, source, 60, 80)  # in place, as OCRmyPDF may ask
    assert source.read_bytes()[25] == 3
    before = source.read_bytes()
    quantize(source, source, 100, 100)  # not reached: as it was
    assert source.read_bytes() == before
