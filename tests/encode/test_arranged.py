"""Palettes as programs want them: read from the bytes of the file that is written."""

import io
import json
import struct
import zlib
from time import perf_counter

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as PillowImage

import huepress
from huepress._compress import finish
from huepress.cli import cli
from huepress.errors import EncodeError, InputError, OptionError
from huepress.formats.png import chunks_of, pack_chunk
from huepress.options import CompressOptions
from images import decoded, flat, noise, ramp, soft_disc

ENTRIES = np.array(
    [(9, 9, 9), (200, 0, 0), (0, 0, 0), (200, 0, 0), (255, 255, 255), (0, 0, 255), (1, 2, 3)],
    np.uint8,
)
"""Entry 3 repeats entry 1, entry 6 is used by no pixel."""

CELLS = np.random.default_rng(5).integers(0, 6, (24, 30)).astype(np.uint8)


def indexed_png(indices=CELLS, entries=ENTRIES, alpha=b"", depth=8):
    """Write a PNG by hand, its chunks exactly as they are told."""
    height, width = indices.shape
    bits = np.unpackbits(indices[..., None], axis=2)[..., 8 - depth :].reshape(height, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in np.packbits(bits, axis=1))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0))]
    chunks += [(b"PLTE", entries.tobytes())] + ([(b"tRNS", alpha)] if alpha else [])
    chunks += [(b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack_chunk(*chunk) for chunk in chunks)


def parts(data):
    """Depth, color type, PLTE as (n, 3), tRNS of a PNG."""
    found = {name: chunk[8:-4] for name, chunk in chunks_of(data)}
    table = np.frombuffer(found[b"PLTE"], np.uint8).reshape(-1, 3)
    return data[24], data[25], table, found.get(b"tRNS", b"")


def numbers(data):
    """The entry of every pixel as the file has it."""
    with PillowImage.open(io.BytesIO(data)) as image:
        assert image.mode == "P"
        return np.asarray(image)


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize("alpha", [b"", b"\xff\xff\0\x80\xff\x10"])
def test_the_palette_of_the_input_stays_as_it_stands(alpha, effort):
    data = indexed_png(alpha=alpha)
    result = huepress.compress(data, keep_palette=True, effort=effort)
    _, _, table, clear = parts(result.data)
    np.testing.assert_array_equal(table, ENTRIES)
    assert clear.ljust(7, b"\xff") == alpha.ljust(7, b"\xff")
    np.testing.assert_array_equal(numbers(result.data), CELLS)
    assert result.bytes_out < len(data)
    assert result.score == 100


def test_a_larger_palette_than_is_used_keeps_its_unused_entries_at_few_bits():
    entries = np.random.default_rng(1).integers(0, 256, (256, 3)).astype(np.uint8)
    result = huepress.compress(indexed_png(CELLS % 3, entries), keep_palette=True)
    np.testing.assert_array_equal(parts(result.data)[2], entries)
    np.testing.assert_array_equal(numbers(result.data), CELLS % 3)


@pytest.mark.parametrize("how", [{"quality": 60}, {"max_size": "340"}, {"rate_weight": 40.0}])
def test_fewer_bytes_move_pixels_and_no_entry(how):
    data = indexed_png()
    result = huepress.compress(data, keep_palette=True, effort="fast", **how)
    np.testing.assert_array_equal(parts(result.data)[2], ENTRIES)


@pytest.mark.parametrize("format", ["gif", "bmp", "tiff"])
def test_palettes_of_other_formats_stay_in_their_order(format):
    result = huepress.compress(indexed_png(), keep_palette=True, format=format)
    np.testing.assert_array_equal(numbers(result.data), CELLS)
    with PillowImage.open(io.BytesIO(result.data)) as image:
        table = np.array(image.getpalette(), np.uint8).reshape(-1, 3)
    np.testing.assert_array_equal(table[:7], ENTRIES)


@pytest.mark.parametrize("format", ["gif", "bmp", "tiff"])
def test_palettes_are_taken_from_other_formats(format):
    image = PillowImage.new("P", (30, 24))
    image.frombytes(CELLS.tobytes())
    image.putpalette(ENTRIES.tobytes())
    out = io.BytesIO()
    image.save(out, format, **({"optimize": False} if format == "gif" else {}))
    result = huepress.compress(out.getvalue(), keep_palette=True, format="png")
    np.testing.assert_array_equal(parts(result.data)[2][:7], ENTRIES)
    np.testing.assert_array_equal(numbers(result.data), CELLS)


@pytest.mark.parametrize(
    "source", [ramp(), PillowImage.fromarray(ramp()), huepress.compress(ramp(), format="webp").data]
)
def test_an_input_without_a_palette_is_refused_in_words(source):
    with pytest.raises(InputError, match="no palette of its own"):
        huepress.compress(source, keep_palette=True)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("source", [ramp(), flat(), soft_disc(), noise(levels=2)])
def test_the_depth_that_is_asked_for_is_written(depth, source):
    if source.shape[2] == 4 and depth == 1:
        source = source[:, 20:]
    result = huepress.compress(source, bit_depth=depth, effort="fast")
    found, kind, table, _ = parts(result.data)
    assert (found, kind) == (depth, 3)
    assert len(table) <= 1 << depth
    np.testing.assert_array_equal(decoded(result.data), result.pixels)


@pytest.mark.parametrize("effort", ["balanced", "best"])
@pytest.mark.parametrize("depth", [2, 8])
def test_no_effort_changes_the_depth(depth, effort):
    result = huepress.compress(noise(levels=2)[:9, :9], bit_depth=depth, colors=3, effort=effort)
    assert parts(result.data)[:2] == (depth, 3)


def test_an_original_of_another_depth_is_not_kept():
    data = indexed_png(CELLS % 2, ENTRIES[:2], depth=1)
    assert data[24] == 1
    result = huepress.compress(data, bit_depth=8)
    assert result.status == "compressed"
    assert parts(result.data)[:2] == (8, 3)
    np.testing.assert_array_equal(decoded(result.data), decoded(data))


def test_a_palette_of_the_input_is_held_at_the_depth():
    result = huepress.compress(indexed_png(), keep_palette=True, bit_depth=4)
    assert parts(result.data)[0] == 4
    np.testing.assert_array_equal(parts(result.data)[2], ENTRIES)
    with pytest.raises(OptionError, match="at most 4"):
        huepress.compress(indexed_png(), keep_palette=True, bit_depth=2)


@pytest.mark.parametrize(
    "how", [{}, {"keep_color": ("#ffffff",)}, {"colors": 5}, {"effort": "best"}]
)
def test_the_clear_entry_is_the_first(how):
    result = huepress.compress(soft_disc(), transparent_first=True, **how)
    clear = parts(result.data)[3]
    assert clear[0] == 0
    assert 0 not in clear[1:]
    np.testing.assert_array_equal(decoded(result.data), result.pixels)


def test_given_colors_keep_their_order_behind_the_clear_one():
    colors = "#c81e3c,#ff0000,#00000000,#112233"
    result = huepress.compress(soft_disc(), palette=colors, transparent_first=True)
    _, _, table, clear = parts(result.data)
    wanted = [(0, 0, 0), (0xC8, 0x1E, 0x3C), (255, 0, 0), (0x11, 0x22, 0x33)]
    np.testing.assert_array_equal(table, wanted)
    assert clear.rstrip(b"\xff") == b"\0"
    kept = huepress.compress(
        indexed_png(alpha=b"\xff\xff\0"), keep_palette=True, transparent_first=True
    )
    np.testing.assert_array_equal(parts(kept.data)[2], ENTRIES[[2, 0, 1, 3, 4, 5, 6]])


def test_a_gif_has_its_clear_entry_first():
    data = huepress.compress(soft_disc(), format="gif", transparent_first=True, colors=8).data
    with PillowImage.open(io.BytesIO(data)) as image:
        assert image.info["transparency"] == 0


def test_lossless_may_be_asked_for_too():
    exact = huepress.compress(noise(levels=2), lossless=True, bit_depth=8)
    np.testing.assert_array_equal(decoded(exact.data), noise(levels=2))
    assert parts(exact.data)[:2] == (8, 3)
    with pytest.raises(EncodeError, match="more colors"):
        huepress.compress(noise(), lossless=True, bit_depth=8)
    with pytest.raises(EncodeError, match="more colors"):
        huepress.compress(noise(levels=2), lossless=True, bit_depth=1)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"bit_depth": 3}, "1, 2, 4 or 8"),
        ({"bit_depth": 8, "format": "gif"}, "png, where"),
        ({"transparent_first": True, "format": "tiff"}, "png or gif"),
        ({"keep_palette": True, "format": "webp"}, "png or gif or tiff or bmp"),
        ({"keep_palette": True, "palette": "#fff"}, "only one of"),
        ({"whole_palette": True}, "files share"),
        ({"bit_depth": 8, "lossless": True, "keep_hidden_rgb": True}, "any order"),
    ],
)
def test_what_no_file_can_have_is_refused(how, words):
    with pytest.raises(OptionError, match=words):
        huepress.compress(ramp(), **how)


def test_files_that_share_a_palette_get_one_and_the_same():
    sheets = [noise(levels=2), soft_disc(), flat(), ramp()]
    fit = huepress.fit_palette(sheets, colors=24)
    options = CompressOptions(whole_palette=True, effort="fast")
    tables = set()
    for sheet in sheets:
        result = finish(huepress.load(sheet), fit, options, perf_counter())
        depth, kind, table, clear = parts(result.data)
        assert (depth, kind) == (8, 3) or len(table) <= 16
        tables.add((table.tobytes(), clear))
        used = len(np.unique(numbers(result.data)))
        assert f"uses {used} of the {len(table)} entries" in result.notes[-1]
    assert len(tables) == 1


def test_the_whole_palette_on_the_command_line(tmp_path):
    for name, sheet in {"a": noise(levels=2), "b": soft_disc(), "c": flat()}.items():
        PillowImage.fromarray(sheet).save(tmp_path / f"{name}.png")
    words = ["compress", str(tmp_path), "-r", "--shared-palette", "--whole-palette", "-k", "20"]
    words += ["--transparent-first", "--out-dir", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all("entries of the shared palette" in " ".join(row["notes"]) for row in rows)
    files = [parts((tmp_path / "out" / f"{name}.png").read_bytes()) for name in "abc"]
    assert len({(table.tobytes(), clear) for _, _, table, clear in files}) == 1
    assert files[0][3][0] == 0
    alone = CliRunner().invoke(cli, ["compress", str(tmp_path / "a.png"), "--whole-palette"])
    assert alone.exit_code == 2
    assert "--shared-palette" in alone.stderr


def test_an_animation_has_no_palette_to_be_arranged():
    frames = [PillowImage.fromarray(flat(color=(10 * i, 0, 0))) for i in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:])
    with pytest.raises(InputError, match="--frame N"):
        huepress.compress(out.getvalue(), transparent_first=True)
