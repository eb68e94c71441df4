"""``huepress palette``: colors for other programs."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from huepress.cli import cli
from huepress.palette.files import read_palette
from images import as_file, flat, noise, scene


def palette(*arguments, input=None):
    return CliRunner().invoke(cli, ["palette", *map(str, arguments)], input=input)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(as_file(scene()))
    return path


def test_hex_on_standard_output(photo):
    done = palette(photo, "-k", 4)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert all(len(line) == 7 and line[0] == "#" for line in lines)


def test_the_most_frequent_first(tmp_path):
    pixels = flat(10, 10, (1, 2, 3))
    pixels[0, :3] = (200, 0, 0)
    pixels[1, :5] = (0, 200, 0)
    (tmp_path / "a.png").write_bytes(as_file(pixels))
    assert palette(tmp_path / "a.png").stdout.split() == ["#010203", "#00c800", "#c80000"]


@pytest.mark.parametrize("format", ["gpl", "act", "ase", "pal", "json", "hex", "txt"])
def test_every_format_reads_back(photo, tmp_path, format):
    words = palette(photo, "-k", 5).stdout.split()
    out = tmp_path / f"p.{format}"
    done = palette(photo, "-k", 5, "-o", out)
    assert done.exit_code == 0
    assert "5 colors" in done.stderr
    assert ["#" + bytes(color).hex() for color in read_palette(out).colors] == words
    assert palette(photo, "-o", out).exit_code == 1
    assert palette(photo, "-o", out, "--force").exit_code == 0
    if format != "txt":
        assert (
            palette(photo, "-k", 5, "-f", format).stdout_bytes
            == palette(photo, "-k", 5, "-f", format).stdout_bytes
        )


def test_css_and_json(photo):
    assert palette(photo, "-k", 2, "-f", "css").stdout.startswith(":root {\n  --color-0: #")
    assert len(json.loads(palette(photo, "-k", 2, "-f", "json").stdout)) == 2


def test_files_are_converted(photo, tmp_path):
    out = tmp_path / "p.gpl"
    palette(photo, "-k", 6, "-o", out)
    assert palette(out, "-f", "json").exit_code == 0
    assert json.loads(palette(out, "-f", "json").stdout) == palette(photo, "-k", 6).stdout.split()
    assert palette(out, "-k", 5).exit_code == 2


def test_one_palette_for_several_pictures_and_pipes(photo, tmp_path):
    (tmp_path / "b.png").write_bytes(as_file(flat(50, 50, (255, 0, 255))))
    done = palette(photo, tmp_path / "b.png", "-k", 4)
    assert "#ff00ff" in done.stdout.split()
    piped = palette("-", "-k", 4, input=photo.read_bytes())
    assert piped.stdout == palette(photo, "-k", 4).stdout


def test_kept_colors_come_first(photo):
    done = palette(photo, "-k", 4, "--keep-color", "#f0f", "--keep-color", "#123456")
    assert done.stdout.split()[:2] == ["#ff00ff", "#123456"]
    assert len(done.stdout.split()) == 4


def test_compress_takes_what_palette_writes(photo, tmp_path):
    colors = tmp_path / "p.ase"
    assert palette(photo, "-k", 7, "-o", colors).exit_code == 0
    out = tmp_path / "out.png"
    runner = CliRunner()
    arguments = ["compress", str(photo), "--palette", str(colors), "-o", str(out)]
    assert runner.invoke(cli, arguments).exit_code == 0
    assert np.array_equal(read_palette(colors).colors, _palette_of(out, 7))


def _palette_of(path, n):
    from PIL import Image

    with Image.open(path) as image:
        return np.array(image.getpalette()[: 3 * n]).reshape(n, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["absent.png"], 1, "no such file"),
        (["{photo}", "-o", "x.foo"], 2, "which format"),
        (["{photo}", "--keep-color", "pink"], 2, "#ff8800"),
        (["{photo}", "-f", "png"], 2, "'png' is not one of"),
        ([], 2, "Missing argument"),
    ],
)
def test_refusals(photo, arguments, code, words):
    done = palette(*(part.format(photo=photo) for part in arguments))
    assert done.exit_code == code or isinstance(done.exception, Exception)
    assert words in done.stderr + str(done.exception)


def test_a_changed_palette_file_is_noticed(tmp_path):
    """The memory of finished files holds the colors, not the name of their file."""
    pictures = tmp_path / "in"
    pictures.mkdir()
    (pictures / "a.png").write_bytes(as_file(noise(30, 30)))
    colors = tmp_path / "p.hex"
    arguments = ["compress", str(pictures), "-r", "--out-dir", str(tmp_path / "out")]
    arguments += ["--palette", str(colors)]
    for words, told in [("#000,#fff", "1 compressed"), ("#000,#fff", "1 unchanged"),
                        ("#f00,#fff", "1 compressed")]:  # fmt: skip
        colors.write_text(words)
        assert told in CliRunner().invoke(cli, arguments).stdout
