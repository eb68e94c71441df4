"""A suffix that contradicts the format is an error that names both."""

import pytest
from click.testing import CliRunner

from huepress import compress
from huepress.cli import cli
from huepress.errors import OutputError
from images import as_file, ramp


def run(tmp_path, *arguments):
    path = tmp_path / "a.png"
    path.write_bytes(as_file(ramp()))
    return CliRunner().invoke(cli, ["compress", str(path), *arguments])


@pytest.mark.parametrize(
    ("name", "format", "words"),
    [
        ("x.jpg", "auto", ("JPEG", "PNG")),
        ("x.JPEG", "auto", ("JPEG", "PNG")),
        ("x.avif", "auto", ("AVIF", "PNG")),
        ("x.xyz", "auto", (".xyz", "PNG")),
        ("x.png.bak", "auto", (".bak", "PNG")),
        ("x.png", "webp", ("PNG", "WebP")),
        ("x.webp", "png", ("WebP", "PNG")),
        ("x.jpg", "gif", ("JPEG", "GIF")),
        ("x.png", "smallest", ("PNG", "WebP")),
    ],
)
def test_contradictions(tmp_path, name, format, words):
    done = run(tmp_path, "-o", str(tmp_path / name), "-f", format)
    assert done.exit_code == 2
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "format", "start"),
    [
        ("x", "auto", b"\x89PNG"),
        ("x", "webp", b"RIFF"),
        ("x.PNG", "auto", b"\x89PNG"),
        ("x.tif", "tiff", b"II*\0"),
        ("x.tmp", "png", b"\x89PNG"),
        (".png", "auto", b"\x89PNG"),
    ],
)
def test_agreements(tmp_path, name, format, start):
    done = run(tmp_path, "-o", str(tmp_path / name), "-f", format)
    assert done.exit_code == 0, done.output
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["o.jpg", "o.webp", "o.xyz", "o.png.tmp"])
def test_results_are_saved_under_their_own_suffix_only(tmp_path, name):
    result = compress(ramp(), colors=4)
    with pytest.raises(OutputError, match="PNG"):
        result.save(tmp_path / name)
    assert not (tmp_path / name).exists()
    assert result.save(tmp_path / "o.png").exists()
    assert result.save(tmp_path / "o").exists()
