"""Input and output through LittleCMS to Lab: what is shown stays what was shown."""

import io

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms, ImageOps

from color_profiles import WIDE, gray, table
from huepress import compress
from huepress.errors import InputError
from images import REAL, photo, soft_disc

LARGEST = 600_000
"""Pixels: the test is about color, larger pictures only take longer."""


def seen(image):
    """(h, w, 3) Lab in CIE units and (h, w) alpha 0-1, as a color-managed viewer has them."""
    image = ImageOps.exif_transpose(image)
    icc = image.info.get("icc_profile")
    alpha = np.ones((image.height, image.width))
    if image.has_transparency_data:
        alpha = np.asarray(image.convert("RGBA"))[..., 3] / 255
    if image.mode not in ("CMYK", "L"):
        image = image.convert("RGB")
    profile = ImageCms.createProfile("sRGB")
    if icc:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = profile.profile.xcolor_space.strip()
        fits = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(space) == image.mode
        if not fits:
            image, profile = image.convert("RGB"), profile if space == "RGB" else None
    if profile is None or (not icc and image.mode != "RGB"):
        image, profile = image.convert("RGB"), ImageCms.createProfile("sRGB")
    lab = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("LAB"), outputMode="LAB")
    values = np.asarray(lab).astype(np.float64)
    values[..., 0] *= 100 / 255
    values[..., 1:] -= 256 * (values[..., 1:] > 127)
    return values, alpha


def drawn():
    """Names and files of every mode that formats have, in several profiles."""
    rgb, soft = photo(48, 64), soft_disc(48)
    plain = PillowImage.fromarray(rgb)
    modes = {
        "RGB": plain,
        "RGBA": PillowImage.fromarray(soft),
        "L": plain.convert("L"),
        "LA": PillowImage.fromarray(soft).convert("LA"),
        "P": plain.quantize(40),
        "1": plain.convert("1"),
    }
    for mode, image in modes.items():
        for format in ("png", "tiff", "webp", "gif", "bmp"):
            if (format == "bmp" and "A" in mode) or (format == "gif" and mode in ("LA", "RGBA")):
                continue
            yield f"{mode}.{format}", _written(image, format)
    for name, profile in WIDE.items():
        for format, mode in (("png", "RGB"), ("png", "RGBA"), ("jpeg", "RGB"), ("tiff", "RGB")):
            image = modes[mode]
            yield f"{name}-{mode}.{format}", _written(image, format, icc_profile=profile)
    for gamma in (1.0, 1.8, 2.6):
        yield f"gray-{gamma}.png", _written(modes["L"], "png", icc_profile=gray(gamma))
    for format in ("png", "jpeg", "tiff"):
        yield f"table.{format}", _written(plain, format, icc_profile=table())
    yield "cmyk.jpeg", _written(plain.convert("CMYK"), "jpeg")
    for turned in range(1, 9):
        exif = PillowImage.Exif()
        exif[0x0112] = turned
        for format in ("jpeg", "png"):
            yield f"turned-{turned}.{format}", _written(plain, format, exif=exif)


def _written(image, format, **more):
    out = io.BytesIO()
    more |= {"jpeg": {"quality": 95}, "webp": {"lossless": True}}.get(format, {})
    image.save(out, format, **more)
    return out.getvalue()


def pictures(root):
    for folder in ("color", "odd/sharp", "odd/exif", "alpha"):
        yield from sorted(p for p in (root / folder).rglob("*") if p.is_file())


def shown(path):
    """What a color-managed viewer shows of a file; None when Pillow reads none of it.

    Larger pictures, and 16-bit gray (which Pillow cuts rather than shows), are passed over.
    """
    try:
        with PillowImage.open(path) as image:
            n_frames = getattr(image, "n_frames", 1)
            if image.width * image.height > LARGEST or image.mode[0] in "IF" or n_frames > 1:
                return None
            return seen(image)
    except (OSError, SyntaxError, ValueError, ImageCms.PyCMSError):
        return None


def fault_of(name, source, before):
    """What is shown otherwise than it was, in words; None when nothing is."""
    try:
        result = compress(source, colors=256, rate_weight=0, dither=0, effort="fast")
    except InputError as error:
        return str(error)
    lab_before, alpha_before = before
    with PillowImage.open(io.BytesIO(result.data)) as image:
        lab_after, alpha_after = seen(image)
    assert lab_before.shape == lab_after.shape, name
    error = lab_after - lab_before
    weight = alpha_before / max(alpha_before.sum(), 1e-9)
    distance = float((np.sqrt((error**2).sum(axis=2)) * weight).sum())
    bias = np.abs((error * weight[..., None]).sum(axis=(0, 1))).max()
    clear = bool((alpha_after[alpha_before == 0] == 0).all())
    apart = np.abs(alpha_after - alpha_before).mean()
    if distance > 6 or bias > 1.5 or apart > 0.02 or not clear:
        return f"{name}: {distance:.2f} {bias:.2f} {apart:.3f} {clear}"
    return None


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_what_is_shown_stays():
    files = list(drawn())
    assert len(files) > 60
    found = [fault_of(name, data, shown(io.BytesIO(data))) for name, data in files]
    for path in list(pictures(REAL))[::9]:  # where they lie beside the repository
        before = shown(path)
        found.append(None if before is None else fault_of(path.name, path, before))
    assert not [fault for fault in found if fault]
