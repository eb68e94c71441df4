"""What channel values mean: profiles and PNG's chunks, kept, dropped or converted."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms

from color_profiles import LINEAR, P3, WIDE, gray, table
from huepress.decode import load
from huepress.decode.color import CICP_PRIMARIES
from huepress.errors import OptionError
from huepress.formats import profiles
from huepress.formats.png import pack_chunk
from images import REAL, as_file, noise, ramp

PURE = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)


def with_chunks(png, *more):
    return png[:33] + b"".join(pack_chunk(*chunk) for chunk in more) + png[33:]


def iccp(profile):
    return b"iCCP", b"a\0\0" + zlib.compress(profile)


def chrm(primaries):
    return b"cHRM", struct.pack(">8I", *(round(v * 100000) for v in primaries))


def gama(value):
    return b"gAMA", struct.pack(">I", value)


def through_cms(pixels, profile, intent=ImageCms.Intent.RELATIVE_COLORIMETRIC):
    return np.asarray(
        ImageCms.profileToProfile(
            PillowImage.fromarray(pixels),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=intent,
            outputMode="RGB",
        )
    )


@pytest.mark.parametrize("profile", [*WIDE.values(), profiles.srgb()])
def test_made_profiles_mean_to_littlecms_what_they_mean_to_us(profile):
    pixels = noise(16, 16)
    matrix = profiles.parse(profile)
    ours = 255 * profiles.encode_srgb(matrix.to_linear(pixels / 255.0)).clip(0, 1)
    assert np.abs(through_cms(pixels, profile) - ours).max() < 1.0
    assert np.abs(255 * matrix.from_linear(matrix.to_linear(pixels / 255.0)) - pixels).max() < 0.3


def test_profiles_in_the_wild_mean_the_same():
    """Matrix profiles of other makers, against LittleCMS: its own, and those of real pictures."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    seen = {made, profiles.srgb()}
    for path in sorted((REAL / "color").glob("*.png")):
        with PillowImage.open(path) as image:
            seen.add(image.info.get("icc_profile"))
    parsed = [profile for profile in seen if profile and profiles.parse(profile)]
    assert len(parsed) >= (6 if REAL.is_dir() else 2)
    pixels = noise(16, 16)
    for profile in parsed:
        linear = profiles.parse(profile).to_linear(pixels / 255.0)
        ours = 255 * profiles.encode_srgb(linear).clip(0, 1)
        assert np.abs(through_cms(pixels, profile) - ours).max() < 1.0


def test_profiles_of_srgb_are_dropped():
    for profile in (profiles.srgb(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))):
        data = profile if isinstance(profile, bytes) else profile.tobytes()
        image = load(as_file(ramp(), icc_profile=data))
        assert image.source.icc_profile is None
        assert np.array_equal(image.pixels, ramp())
        assert not image.source.notes


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff", "avif"])
def test_wide_profiles_are_kept_or_converted(format):
    pixels = np.repeat(np.repeat(PURE, 16, axis=0), 16, axis=1)
    data = as_file(pixels, format, icc_profile=P3, **({"quality": 100} if format != "tiff" else {}))
    kept = load(data)
    assert kept.source.icc_profile == P3
    assert np.abs(kept.pixels.astype(int) - pixels).mean() < 4
    shown = load(data, icc="srgb")
    assert shown.source.icc_profile is None
    assert "converted to sRGB" in shown.source.notes[0]
    assert np.abs(shown.pixels.astype(int) - through_cms(kept.pixels, P3)).mean() < 0.6


def test_16_bits_are_converted_in_16_bits():
    deep = np.random.default_rng(0).integers(0, 65536, (9, 5, 3)).astype(np.uint16)
    header = np.array([5, 9], ">u4").tobytes() + bytes([16, 2, 0, 0, 0])
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    chunks = [(b"IHDR", header), iccp(P3), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(pack_chunk(*chunk) for chunk in chunks)
    assert np.array_equal(load(data).deep, deep)
    image = load(data, icc="srgb")
    linear = profiles.parse(P3).to_linear(deep / 65535.0)
    wanted = 65535 * profiles.encode_srgb(linear).clip(0, 1)
    assert np.abs(image.deep - wanted).max() <= 0.5
    assert len(np.unique(image.deep & 255)) > 30


def test_gamma_and_chromaticities_are_kept_as_they_stand():
    chunks = (gama(100000), chrm(CICP_PRIMARIES[9]))
    image = load(with_chunks(as_file(ramp()), *chunks))
    assert image.source.metadata["color_chunks"] == chunks
    assert np.array_equal(image.pixels, ramp())
    assert (
        np.abs(through_cms(PURE, image.source.icc_profile) - through_cms(PURE, LINEAR)).max() <= 1
    )


def test_gamma_alone_means_the_primaries_of_srgb():
    image = load(with_chunks(as_file(ramp()), gama(100000)), icc="srgb")
    assert image.source.icc_profile is None
    wanted = 255 * profiles.encode_srgb(ramp() / 255.0)
    assert np.abs(image.pixels - wanted).max() <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(45455)],
        [gama(45455), chrm(profiles.SRGB_PRIMARIES)],
        [(b"sRGB", b"\0"), gama(100000)],
        [chrm((0.3, 0.0, 0, 0, 0, 0, 0, 0))],
        [chrm((0.3127, 0.329, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3))],
        [gama(0)],
    ],
)
def test_chunks_that_say_srgb_or_nothing(chunks):
    image = load(with_chunks(as_file(ramp()), *chunks))
    assert image.source.icc_profile is None
    assert "color_chunks" not in image.source.metadata


def test_which_chunk_of_a_png_counts():
    cicp = (b"cICP", bytes([12, 13, 0, 1]))
    all_four = [(b"sRGB", b"\0"), gama(100000), chrm(CICP_PRIMARIES[9]), iccp(LINEAR), cicp]
    data = as_file(ramp())
    first = load(with_chunks(data, *all_four))
    assert first.source.metadata["color_chunks"] == (cicp,)
    assert np.abs(through_cms(PURE, first.source.icc_profile) - through_cms(PURE, P3)).max() <= 1
    second = load(with_chunks(data, *all_four[:4]))
    assert second.source.icc_profile == LINEAR
    assert load(with_chunks(data, *all_four[:3])).source.icc_profile is None
    assert load(with_chunks(data, *all_four[1:3])).source.icc_profile is not None


def test_hdr_is_kept_and_said():
    cicp = (b"cICP", bytes([9, 16, 0, 1]))
    image = load(with_chunks(as_file(ramp()), cicp))
    assert image.source.metadata["color_chunks"] == (cicp,)
    assert "PQ" in image.source.notes[0]


def test_damaged_and_foreign_profiles_are_ignored_and_said():
    data = as_file(ramp())
    gray = bytearray(P3)
    gray[16:20] = b"GRAY"
    for profile, note in [(b"junk", "damaged"), (bytes(gray), "GRAY"), (P3[:200], "damaged")]:
        image = load(with_chunks(data, iccp(profile)))
        assert note in image.source.notes[0]
        assert image.source.icc_profile is None
        assert np.array_equal(image.pixels, ramp())
    bad = load(with_chunks(data, (b"iCCP", b"a\0\0junk")))
    assert "damaged" in bad.source.notes[0]


def test_a_profile_that_inflates_without_end_is_ignored():
    bomb = b"a\0\0" + zlib.compress(bytes(3_000_000))
    image = load(with_chunks(as_file(ramp()), (b"iCCP", bomb)), max_metadata=100_000)
    assert "damaged" in image.source.notes[0]


@pytest.mark.parametrize("gamma", [1.0, 1.8, 3.0])
def test_gray_profiles_are_applied(gamma):
    profile = gray(gamma)
    shades = PillowImage.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    out = io.BytesIO()
    shades.save(out, "png", icc_profile=profile)
    image = load(out.getvalue())
    wanted = np.asarray(
        ImageCms.profileToProfile(
            shades,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    )
    assert np.abs(image.pixels.astype(int) - wanted).max() <= 1
    assert np.abs(image.pixels[8, 8].astype(int) - 136).max() > 5
    assert image.source.icc_profile is None


def test_cmyk_is_converted():
    rgb = PillowImage.fromarray(ramp(48, 48))
    out = io.BytesIO()
    rgb.convert("CMYK").save(out, "jpeg", quality=95)
    image = load(out.getvalue())
    assert np.abs(image.pixels.astype(int) - ramp(48, 48)).mean() < 4
    assert "CMYK" in image.source.notes[0]


def test_lab_is_converted():
    rgb = PillowImage.fromarray(ramp(48, 48))
    lab = ImageCms.profileToProfile(
        rgb, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    out = io.BytesIO()
    lab.save(out, "tiff")
    for source in (out.getvalue(), lab):
        image = load(source)
        assert np.abs(image.pixels.astype(int) - ramp(48, 48)).mean() < 2
        assert "Lab" in image.source.notes[0]


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff"])
def test_profiles_made_of_tables_are_converted(format):
    """A2B0 alone says what the values mean: here red and blue are exchanged."""
    pixels = np.repeat(np.repeat(noise(4, 4), 16, axis=0), 16, axis=1)
    profile = table()
    more = {"quality": 100, "subsampling": 0} if format == "jpeg" else {}
    data = as_file(pixels, format, icc_profile=profile, **more)
    image = load(data)
    assert image.source.icc_profile is None
    assert "converted to sRGB" in image.source.notes[0]
    with PillowImage.open(io.BytesIO(data)) as opened:
        raw = np.asarray(opened)
    assert np.abs(image.pixels.astype(int) - through_cms(raw, profile)).mean() < 1
    swapped = pixels[..., ::-1].ravel()
    assert np.corrcoef(image.pixels.ravel(), swapped)[0, 1] > 0.9


def test_words_for_icc():
    with pytest.raises(OptionError, match="keep, srgb"):
        load(as_file(ramp()), icc="drop")


@pytest.mark.parametrize("kind", range(5))
def test_parametric_curves(kind):
    """All five forms, against LittleCMS."""
    g, a, b, c, d, e, f = 2.2, 0.95, 0.05, 0.09, 0.04, 0.002, 0.001
    values = {
        0: [g],
        1: [g, a, b],
        2: [g, a, b, e],
        3: [g, a, b, c, d],
        4: [g, a, b, c, d, e, f],
    }[kind]
    para = b"para" + struct.pack(
        f">4xHH{len(values)}i", kind, 0, *(round(v * 65536) for v in values)
    )
    base = profiles.make("x", profiles.xyz_from_primaries(profiles.SRGB_PRIMARIES), (2.2,))
    old = b"para" + struct.pack(">4xHHi", 0, 0, round(2.2 * 65536))
    at = base.index(old)
    assert at + len(old) == len(base)
    size = struct.pack(">I", len(old))
    profile = (base[:at] + para).replace(
        struct.pack(">I", at) + size, struct.pack(">I", at) + struct.pack(">I", len(para))
    )
    profile = struct.pack(">I", len(profile)) + profile[4:]
    pixels = noise(16, 16)
    ours = 255 * profiles.encode_srgb(profiles.parse(profile).to_linear(pixels / 255.0)).clip(0, 1)
    assert np.abs(through_cms(pixels, profile) - ours).max() < 1.0


def test_what_is_no_matrix_profile():
    assert profiles.parse(b"") is None
    assert profiles.parse(P3[:140]) is None
    assert profiles.color_space_of(bytes(200)) is None
    falling = profiles.make(
        "x", profiles.xyz_from_primaries(profiles.SRGB_PRIMARIES), np.array([1, 0])
    )
    assert profiles.parse(falling) is None


def test_a_loaded_picture_is_converted_where_its_profile_cannot_go():
    from huepress import compress

    image = load(as_file(ramp(), icc_profile=P3))
    assert image.source.icc_profile == P3
    for options in ({"strip": "all"}, {"format": "gif"}, {"icc": "srgb"}):
        direct = compress(as_file(ramp(), icc_profile=P3), effort="fast", **options)
        result = compress(image, effort="fast", **options)
        assert result.data == direct.data
        assert "converted to sRGB" in result.image.source.notes[0]
