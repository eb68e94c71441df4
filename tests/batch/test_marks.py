"""marks: files made in place are known again, and are ordinary files to everybody else."""

import shutil
import subprocess

import numpy as np
import pytest

import huepress
from huepress.batch.marks import MARKABLE, is_marked, marked
from images import decoded, scene, soft_disc


@pytest.mark.parametrize("format", MARKABLE)
@pytest.mark.parametrize("pixels", [scene(), soft_disc()], ids=["opaque", "alpha"])
def test_a_marked_file_shows_the_same(format, pixels):
    if format == "bmp":
        pixels = pixels[..., :3]  # it holds no alpha
    data = huepress.compress(pixels, effort="fast", format=format, colors=16).data
    with_mark = marked(data, format)
    assert not is_marked(data)
    assert is_marked(with_mark)
    assert len(with_mark) <= len(data) + 12
    assert np.array_equal(decoded(with_mark), decoded(data))
    assert marked(with_mark, format) == with_mark


@pytest.mark.parametrize(
    ("format", "tool", "words"),
    [("png", ["pngcheck"], b"OK"), ("webp", ["webpinfo"], b"No error detected")],
)
def test_other_tools_find_no_fault(tmp_path, format, tool, words):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    path = tmp_path / f"a.{format}"
    path.write_bytes(marked(huepress.compress(scene(), effort="fast", format=format).data, format))
    done = subprocess.run([*tool, str(path)], capture_output=True, check=False)
    assert done.returncode == 0
    assert words in done.stdout


@pytest.mark.parametrize(("format", "end"), [("png", 12), ("gif", 1), ("webp", 0), ("bmp", 0)])
def test_nothing_but_the_mark_is_added(format, end):
    data = huepress.compress(scene(), effort="fast", format=format).data
    with_mark = marked(data, format)
    head = 8 if format == "webp" else 0  # the size of a RIFF file counts the mark, too
    assert with_mark[head:].startswith(data[head : len(data) - end])
    assert with_mark.endswith(data[len(data) - end :])
    if format == "webp":
        assert int.from_bytes(with_mark[4:8], "little") == len(with_mark) - 8


@pytest.mark.parametrize("data", [b"", b"huPR", b"RIFF", b"GIF89a;", b"\x89PNG\r\n\x1a\n"])
def test_scraps_are_not_marked(data):
    assert not is_marked(data)
