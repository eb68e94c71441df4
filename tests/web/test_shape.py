"""Crop, resize and animations on the page, in a real Chromium."""

import io

import pytest
from PIL import Image

from huepress import compress
from web_browser import PICTURE, download, experts, until_done, upload
from web_pictures import png

pytestmark = pytest.mark.web


def film():
    frames = [Image.open(io.BytesIO(png(24, 32, seed=i, noise=5))) for i in range(4)]
    out = io.BytesIO()
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def test_a_part_is_drawn_on_the_stage_and_made_smaller(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    experts(page)
    page.get_by_role("button", name="Crop: draw it").click()
    frame = page.locator("#pane-original .frame").bounding_box()
    scale = frame["width"] / 160

    def at(x, y):
        return frame["x"] + scale * (x + 0.5), frame["y"] + scale * (y + 0.5)

    page.mouse.move(*at(99, 79))
    page.mouse.down()
    page.mouse.move(*at(60, 50), steps=2)
    assert page.locator("#crop-box").is_visible()
    page.mouse.move(*at(20, 20))
    page.mouse.up()
    assert page.locator("#o-crop").input_value() == "80x60+20+20"
    page.locator("#o-resize").fill("40")
    page.locator("#o-resize").press("Enter")
    page.locator("#command", has_text="--crop 80x60+20+20 --resize 40").wait_for()
    until_done(page)
    wanted = compress(PICTURE, effort="fast", crop="80x60+20+20", resize="40")
    assert download(page).path().read_bytes() == wanted.data
    assert wanted.image.width == 40
    # The part lies where it was cut out.
    page.wait_for_function("() => document.querySelector('#result').style.left === '12.5%'")
    assert page.locator("#result").evaluate("e => e.style.width") == "50%"
    page.locator("#o-resize").fill("huge")
    page.locator("#o-resize").press("Enter")
    assert "800x600" in page.locator("#o-resize").evaluate("e => e.validationMessage")


def test_an_animation_plays_by_one_clock_and_can_be_walked_through(open_page):
    page = open_page("?effort=fast", reduced_motion="reduce")
    upload(page, ("cat.gif", film()))
    until_done(page)
    page.locator("#film").wait_for()
    assert page.locator("#fact-iterations").inner_text().startswith("4, 4 in the file")
    words = page.locator("#frame-words")
    assert words.inner_text() == "1 / 4"  # still, for those who want it
    page.get_by_role("button", name="One frame on").click()
    assert words.inner_text() == "2 / 4"
    pixels = [
        page.locator(f"#{side}-frame").evaluate(
            "e => [...e.getContext('2d').getImageData(0, 0, 1, 1).data]"
        )
        for side in ("original", "result")
    ]
    second = Image.open(io.BytesIO(film()))
    second.seek(1)
    assert pixels[0][:3] == list(second.convert("RGB").getpixel((0, 0)))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('#frame-words').textContent !== '2 / 4'")
    page.get_by_role("button", name="Pause").click()
    saved = download(page)
    assert saved.suggested_filename == "cat-hp.gif"
    with Image.open(saved.path()) as made:
        assert made.n_frames == 4
