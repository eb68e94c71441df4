"""Palettes: every format reads back what it wrote, and what other programs write."""

import struct

import numpy as np
import pytest
from PIL import Image

import huepress
from huepress.errors import DecodeError, InputError, OptionError
from huepress.palette.files import parse_hex, read_palette, to_hex, write_palette
from huepress.types import Palette
from images import as_file, noise

OPAQUE = Palette(np.array([[255, 136, 0], [0, 0, 0], [255, 136, 0], [1, 2, 3]], np.uint8))
SOFT = Palette(np.array([[255, 136, 0, 255], [0, 0, 0, 0], [9, 8, 7, 128]], np.uint8))


@pytest.mark.parametrize(
    ("text", "rgba"),
    [
        ("#f80", (255, 136, 0, 255)),
        ("F80A", (255, 136, 0, 170)),
        (" #ff8800 ", (255, 136, 0, 255)),
        ("ff8800cc", (255, 136, 0, 204)),
    ],
)
def test_hex_colors(text, rgba):
    assert parse_hex(text) == rgba
    assert parse_hex(to_hex(rgba)) == rgba


@pytest.mark.parametrize("text", ["", "#ff", "orange", "#ff880", "#gggggg", "#ff8800cc00"])
def test_what_is_no_hex_color(text):
    with pytest.raises(OptionError, match="#ff8800"):
        parse_hex(text)


@pytest.mark.parametrize("format", ["hex", "gpl", "act", "ase", "aco", "pal", "riff", "json"])
def test_files_read_back_in_order(tmp_path, format):
    path = tmp_path / f"a.{format}"
    path.write_bytes(write_palette(OPAQUE, format))
    assert np.array_equal(read_palette(path).colors, OPAQUE.colors)
    full = Palette(noise(16, 16).reshape(256, 3))
    path.write_bytes(write_palette(full, format))
    assert np.array_equal(read_palette(path).colors, full.colors)


@pytest.mark.parametrize("format", ["hex", "gpl", "pal", "json"])
def test_alpha_reads_back(tmp_path, format):
    path = tmp_path / f"a.{format}"
    path.write_bytes(write_palette(SOFT, format))
    assert np.array_equal(read_palette(str(path)).colors, SOFT.colors)


def test_an_adobe_table_holds_one_clear_color(tmp_path):
    path = tmp_path / "a.ACT"
    path.write_bytes(write_palette(SOFT, "act"))
    assert read_palette(path).colors[:, 3].tolist() == [255, 0, 255]
    path.write_bytes(bytes(range(256)) * 3)
    assert len(read_palette(path)) == 256


def test_lists_on_the_command_line():
    assert read_palette("#f80,#000, #fff").colors.tolist() == [[255, 136, 0], [0] * 3, [255] * 3]
    assert read_palette("ff8800").colors.tolist() == [[255, 136, 0]]


def test_files_of_other_programs(tmp_path):
    def colors(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_palette(path).colors.tolist()

    gimp = "GIMP Palette\nName: x\nColumns: 3\n# a comment\n255 136   0 Orange 9\n  0   0   0\n"
    assert colors("x.gpl", gimp) == [[255, 136, 0], [0, 0, 0]]
    assert colors("x.pal", "JASC-PAL\r\n0100\r\n1\r\n1 2 3\r\n") == [[1, 2, 3]]
    assert colors("x.txt", "\ufeff#010203\n#040506\n") == [[1, 2, 3], [4, 5, 6]]
    assert colors("x.json", '{"colors": [[1, 2, 3, 128], "#fff"]}') == [[1, 2, 3, 128], [255] * 4]
    assert colors("y.json", '{"palette": [{"hex": "#010203"}]}') == [[1, 2, 3]]

    def swatch(model, *values):
        body = struct.pack(">H", 1) + b"\0\0" + model + struct.pack(f">{len(values)}f", *values)
        body += b"\0\0"
        return struct.pack(">HI", 1, len(body)) + body

    group = struct.pack(">HIHHH", 0xC001, 6, 2, 65, 0)
    swatches = [
        swatch(b"RGB ", 1, 0.5, 0),
        swatch(b"Gray", 0.2),
        swatch(b"CMYK", 0, 1, 1, 0),
        swatch(b"LAB ", 1, 0, 0),
    ]
    head = b"ASEF" + struct.pack(">HHI", 1, 0, 5)
    found = colors("x.ase", head + group + b"".join(swatches))
    assert found == [[255, 128, 0], [51] * 3, [255, 0, 0], [255] * 3]


def test_a_picture_stands_for_its_colors(tmp_path):
    pixels = np.array([[[9, 9, 9], [1, 2, 3], [9, 9, 9], [0, 0, 0]]], np.uint8)
    path = tmp_path / "a.png"
    path.write_bytes(as_file(pixels))
    assert read_palette(path).colors.tolist() == [[9, 9, 9], [1, 2, 3], [0, 0, 0]]
    path.write_bytes(as_file(noise(40, 40)))
    with pytest.raises(OptionError, match="at most 256"):
        read_palette(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"hello"),
        ("a.act", b"123"),
        ("a.pal", b"JASC-PAL\n0100\nx\n"),
        ("a.pal", b"JASC-PAL\n0100\n1\n300 0 0\n"),
        ("a.json", b"[7]"),
        ("a.json", b"{}"),
        ("a.json", b'[{"hex": null}]'),
        ("a.json", b"[[1e999, 0, 0]]"),
        ("a.json", b"[" * 100_000),
        ("a.ase", b"ASEF\0\1\0\0\0\0\0\7"),
        ("a.hex", b"\xff\xfe"),
    ],
)
def test_damaged_files_are_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DecodeError, match="is not a known palette"):
        read_palette(path)


def test_how_many_colors():
    with pytest.raises(OptionError, match="1 to 256 colors, not 257"):
        read_palette(",".join(["#000000"] * 257))
    with pytest.raises(InputError, match="no such file"):
        read_palette("orange.gpl")


def test_css_and_unknown_formats():
    css = write_palette(SOFT, "css").decode()
    assert "--color-1: #00000000;" in css
    with pytest.raises(OptionError, match="gpl"):
        write_palette(SOFT, "xls")


def test_a_word_that_begins_as_a_color_is_no_file():
    with pytest.raises(OptionError, match="a color such as"):
        read_palette("#12345")


def test_palettes_of_paint_programs_and_consoles(tmp_path):
    def colors(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_palette(path).colors.tolist()

    lospec = ";paint.net Palette File\n;Palette Name: Four\n;Colors: 2\nFF1a1c2c\nFFb13e53\n"
    assert colors("lospec.txt", lospec) == [[26, 28, 44], [177, 62, 83]]
    assert colors("soft.txt", "80010203\r\nFF040506\r\n") == [[1, 2, 3, 128], [4, 5, 6, 255]]
    assert colors("ours.txt", "#01020380\n#040506ff\n") == [[1, 2, 3, 128], [4, 5, 6, 255]]
    assert colors("plain.hex", "01020380\n") == [[1, 2, 3, 128]]
    nes = bytes(range(192))
    assert colors("nes.pal", nes) == [[3 * i, 3 * i + 1, 3 * i + 2] for i in range(64)]
    assert len(colors("emphasis.pal", nes * 8)) == 64
    office = '<?xml version="1.0"?><a><draw:color draw:name="x" draw:color="#0a0b0c"/></a>'
    assert colors("office.soc", office) == [[10, 11, 12]]
    swatches = [(0, 65535, 0x8080, 0, 0), (8, 8000, 0, 0, 0), (2, 65535, 0, 0, 65535)]
    swatches += [(1, 0, 65535, 65535, 0), (7, 10000, 0, 0, 0)]
    body = b"".join(struct.pack(">5H", *swatch) for swatch in swatches)
    wanted = [[255, 128, 0], [51] * 3, [255, 0, 0], [255, 0, 0], [255] * 3]
    assert colors("x.aco", struct.pack(">HH", 1, 5) + body) == wanted
    named = b"".join(
        struct.pack(">5H", *swatch) + struct.pack(">I", 2) + b"\0A\0\0" for swatch in swatches
    )
    assert colors("y.aco", struct.pack(">HH", 2, 5) + named) == wanted


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.aco", b"\0\1\0\x09\0\0"),
        ("a.pal", b"RIFF\x20\0\0\0PAL data\x14\0\0\0\0\3\x40\0\1\2\3\0"),
        ("a.txt", b";paint.net Palette File\nFF1a1c2\n"),
    ],
)
def test_damaged_ones_are_refused_too(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DecodeError, match="is not a known palette"):
        read_palette(path)


def test_an_indexed_png_gives_its_palette_as_it_stands(tmp_path):
    image = Image.fromarray(np.array([[2, 1], [1, 3]], np.uint8), "P")
    entries = [[255, 0, 255], [9, 9, 9], [1, 2, 3], [9, 9, 9], [7, 7, 7]]
    image.putpalette([v for entry in entries for v in entry])
    path = tmp_path / "sprite.png"
    image.save(path, transparency=bytes([0, 255, 255, 128]))
    found = read_palette(path).colors.tolist()
    assert found[:5] == [[*c, a] for c, a in zip(entries, [0, 255, 255, 128, 255], strict=True)]
    data = huepress.compress(path, palette=str(path)).data
    at = data.index(b"PLTE")
    assert data[at + 4 : at + 19] == bytes([v for entry in entries for v in entry])
