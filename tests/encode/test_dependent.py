"""Chunks that depend on the rest of a PNG: kept, made right, or dropped with a note."""

import struct

import numpy as np
import pytest

from huepress import compress
from huepress.decode import load
from huepress.encode.original import kept_original
from huepress.formats.png import chunks_of, is_strict, pack_chunk
from images import as_file, noise, ramp

TIME = (b"tIME", bytes([7, 234, 11, 30, 12, 0, 0]))
OFFSET = (b"oFFs", struct.pack(">iiB", -5, 7, 0))


def with_chunks(png, *more, before=b"IDAT"):
    """The PNG with chunks before the first of a name."""
    out, done = [png[:8]], False
    for name, chunk in chunks_of(png):
        if name == before and not done:
            out += [pack_chunk(*each) for each in more]
            done = True
        out.append(chunk)
    return b"".join(out)


def found(data):
    """Contents of the chunks by name; the file is a strict one."""
    assert is_strict(data)
    names = [name for name, _ in chunks_of(data)]
    if b"bKGD" in names and b"PLTE" in names:
        assert names.index(b"PLTE") < names.index(b"bKGD") < names.index(b"IDAT")
    if b"sBIT" in names and b"PLTE" in names:
        assert names.index(b"sBIT") < names.index(b"PLTE")
    return {name: chunk[8:-4] for name, chunk in chunks_of(data)}


def background_of(chunks):
    """The background as red, green, blue of 8 bits."""
    depth, color_type = chunks[b"IHDR"][8:10]
    content = chunks[b"bKGD"]
    if color_type == 3:
        at = 3 * content[0]
        return tuple(chunks[b"PLTE"][at : at + 3])
    values = [
        v * 255 // ((1 << depth) - 1) for v in struct.unpack(f">{len(content) // 2}H", content)
    ]
    return tuple(values * (3 // len(values)))


def squeezed(data):
    return compress(data, lossless=True, strip="none")


@pytest.mark.parametrize("pixels", [ramp(40, 40), noise(20, 20, levels=2), ramp(40, 40)[..., 0]])
def test_all_four_stay(pixels):
    color = (40, 40, 40) if pixels.ndim == 2 else (40, 50, 60)
    n = 1 if pixels.ndim == 2 else 3
    more = [
        (b"bKGD", struct.pack(f">{n}H", *color[:n])),
        (b"sBIT", bytes([5] * n)),
        TIME,
        OFFSET,
    ]
    data = with_chunks(as_file(pixels), *more)
    result = squeezed(data)
    assert result.status == "compressed"
    chunks = found(result.data)
    assert background_of(chunks) == color
    assert set(chunks[b"sBIT"]) == {5}
    assert (chunks[b"tIME"], chunks[b"oFFs"]) == (TIME[1], OFFSET[1])
    assert not result.notes
    assert np.array_equal(load(result.data).pixels, load(data).pixels)


def test_an_index_becomes_the_same_color():
    indexed = compress(noise(30, 30, levels=8), colors=100, indexed=True).data
    plte = found(indexed)[b"PLTE"]
    spare = plte + bytes([1, 2, 3])
    for entry in (7, 50, len(plte) // 3):
        parts = dict(chunks_of(indexed))
        parts[b"PLTE"] = pack_chunk(b"PLTE", spare)
        data = with_chunks(indexed[:8] + b"".join(parts.values()), (b"bKGD", bytes([entry])))
        result = squeezed(data)
        want = tuple(spare[3 * entry : 3 * entry + 3])
        assert background_of(found(result.data)) == want
        assert np.array_equal(load(result.data).pixels, load(data).pixels)


def test_what_has_no_place_goes_with_a_note():
    gray = np.dstack([ramp(30, 30)[..., 0]] * 3)
    data = with_chunks(
        as_file(gray), (b"bKGD", struct.pack(">3H", 255, 0, 0)), (b"sBIT", bytes([5, 6, 5]))
    )
    result = squeezed(data)
    chunks = found(result.data)
    if chunks[b"IHDR"][9] == 0:
        assert b"bKGD" not in chunks
        assert any("bKGD" in note for note in result.notes)
        assert any("sBIT" in note for note in result.notes)


def test_without_being_asked_none_stays():
    data = with_chunks(as_file(ramp(40, 40)), TIME, OFFSET, (b"bKGD", struct.pack(">3H", 1, 2, 3)))
    for strip in ("safe", "all"):
        chunks = found(compress(data, lossless=True, strip=strip).data)
        assert not {b"tIME", b"oFFs", b"bKGD"} & set(chunks)


def test_a_learned_palette_gets_an_entry_for_the_background():
    data = with_chunks(
        as_file(noise(60, 60)),
        (b"bKGD", struct.pack(">3H", 255, 0, 255)),
        (b"sBIT", b"\5\5\5"),
        TIME,
    )
    result = compress(data, colors=20, strip="none")
    chunks = found(result.data)
    assert background_of(chunks) == (255, 0, 255)
    assert chunks[b"tIME"] == TIME[1]
    assert any("sBIT" in note for note in result.notes)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0" * 5, b"\xff" * 6])
def test_damaged_ones_do_no_harm(content):
    for pixels in (ramp(30, 30), compress(noise(20, 20, levels=4), indexed=True).data):
        png = pixels if isinstance(pixels, bytes) else as_file(pixels)
        data = with_chunks(png, (b"bKGD", content), (b"sBIT", content))
        assert np.array_equal(load(squeezed(data).data).pixels, load(data).pixels)


@pytest.mark.parametrize("strip", ["all", "safe", "none"])
@pytest.mark.parametrize("lossless", [True, False])
def test_what_makes_a_compiled_9_patch_stays(strip, lossless):
    data = with_chunks(as_file(ramp(30, 30)), (b"npTc", b"\1\2\2\x09" + bytes(60)))
    assert found(compress(data, strip=strip, lossless=lossless).data)[b"npTc"][0] == 1
    kept = kept_original(load(data), compress_options(strip))
    assert found(kept)[b"npTc"][0] == 1


def compress_options(strip):
    from huepress.options import CompressOptions

    return CompressOptions(strip=strip)
