"""JPEG XL against a decoder that had no part in writing it.

libjxl writes the files. Every JPEG XL reader among PyPI's wheels and Debian's programs is libjxl
again, with one exception: Chromium reads JPEG XL by jxl-rs, a decoder written anew in Rust. It
gives 8 bits a channel and multiplies by alpha on the way, so colors under alpha are compared as
they are seen, and 16 bits to the nearest 8.
"""

import base64
import shutil

import numpy as np
import pytest

from huepress import compress
from huepress.decode import load
from huepress.encode import jxl
from images import noise, ramp, scene, soft_disc

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.web,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not jxl.is_installed(), reason="imagecodecs is not installed"),
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-features=JXLImageFormat"]

DECODE = """async (file) => {
    const data = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    const how = {data, type: "image/jxl", premultiplyAlpha: "none", colorSpaceConversion: "none"};
    const {image} = await new ImageDecoder(how).decode();
    const pixels = new Uint8Array(image.allocationSize({format: "RGBA"}));
    await image.copyTo(pixels, {format: "RGBA"});
    let text = "";
    for (const byte of pixels) text += String.fromCharCode(byte);
    return [image.displayHeight, image.displayWidth, btoa(text)];
}"""


@pytest.fixture(scope="module")
def decode(tmp_path_factory):
    """From the bytes of a file to what Chromium makes of it: (height, width, 4) uint8."""
    empty = tmp_path_factory.mktemp("page") / "empty.html"
    empty.write_text("<!doctype html>")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(empty.as_uri())  # ImageDecoder wants a secure context
        if not page.evaluate("self.ImageDecoder && ImageDecoder.isTypeSupported('image/jxl')"):
            pytest.skip("this chromium reads no JPEG XL")

        def decode(data):
            height, width, text = page.evaluate(DECODE, base64.b64encode(data).decode())
            pixels = np.frombuffer(base64.b64decode(text), np.uint8)
            return pixels.reshape(height, width, 4)

        yield decode
        browser.close()


PICTURES = {
    "scene": scene(),
    "few colors": noise(31, 17, levels=2),
    "gray": ramp()[..., :1].repeat(3, axis=2),
    "one pixel": noise(1, 1),
    "soft": soft_disc(33),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("how", [{"lossless": True}, {"colors": 7}, {"rate_weight": 8.0}])
def test_what_was_written_is_what_is_shown(decode, name, how):
    result = compress(PICTURES[name], format="jxl", effort="fast", **how)
    shown, wanted = decode(result.data).astype(int), result.pixels.astype(int)
    alpha = wanted[..., 3:] if wanted.shape[2] == 4 else np.full((*wanted.shape[:2], 1), 255)
    assert np.array_equal(shown[..., 3:], alpha)
    error = (shown[..., :3] - wanted[..., :3]) * alpha / 255
    assert np.abs(error).max() <= (1 if wanted.shape[2] == 4 else 0)


def test_16_bits_are_shown_to_the_nearest_8(decode):
    deep = np.random.default_rng(3).integers(0, 65536, (23, 11, 3)).astype(np.uint16)
    shown = decode(compress(deep, format="jxl", lossless=True, effort="fast").data)
    assert np.abs(shown[..., :3] - load(deep).pixels.astype(int)).max() <= 1
