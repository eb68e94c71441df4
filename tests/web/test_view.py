"""What the page shows, in a real Chromium: two sides, one view; for every eye and every screen."""

import io

import numpy as np
import pytest
from PIL import Image

from web_browser import PICTURE, until_done, upload

pytestmark = pytest.mark.web


def split(page):
    return int(page.get_by_role("slider", name="Divider").get_attribute("aria-valuenow"))


def test_the_divider_moves_by_mouse_and_keys(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    divider = page.get_by_role("slider", name="Divider")
    divider.wait_for()
    until_done(page)  # nothing moves any more
    box = page.locator("#stage").bounding_box()
    grip = divider.bounding_box()
    page.mouse.move(grip["x"] + 22, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 200, steps=4)
    page.mouse.up()
    assert split(page) == 25
    assert "25%" in page.locator("#pane-result").evaluate("e => e.style.clipPath")
    divider.focus()
    page.keyboard.press("ArrowRight")
    assert split(page) == 27
    page.keyboard.press("PageUp")
    assert split(page) == 37
    page.keyboard.press("End")
    assert split(page) == 100
    page.keyboard.press("Home")
    assert split(page) == 0
    # Every control before and after it is reached with the tabulator.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "zoom-out"


def boxes(page):
    frames = [
        page.locator(f"#pane-{side} .frame").bounding_box() for side in ("original", "result")
    ]
    assert frames[0] == frames[1]
    return frames[0]


def test_both_sides_zoom_and_pan_as_one(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    page.get_by_role("slider", name="Divider").wait_for()
    page.locator("#zoom-level").click()
    assert page.locator("#zoom-level").inner_text() == "100 %"
    assert (boxes(page)["width"], boxes(page)["height"]) == (160, 120)
    stage = page.locator("#stage").bounding_box()
    x, y = stage["x"] + 300, stage["y"] + 300
    page.mouse.move(x, y)
    before = boxes(page)
    page.mouse.wheel(0, -240)
    page.wait_for_function("() => document.querySelector('#zoom-level').textContent === '200 %'")
    after = boxes(page)
    assert after["width"] == 320
    # What was under the pointer stays there.
    assert after["x"] == pytest.approx(x - 2 * (x - before["x"]), abs=1)
    page.mouse.move(x, y + 100)
    page.mouse.down()
    page.mouse.move(x + 50, y + 130, steps=3)
    page.mouse.up()
    assert boxes(page)["x"] == pytest.approx(after["x"] + 50, abs=1)
    page.locator("#stage").focus()
    page.keyboard.press("ArrowDown")
    assert boxes(page)["y"] == pytest.approx(after["y"] + 30 - 40, abs=1)
    page.keyboard.press("+")
    assert page.locator("#zoom-level").inner_text() == "400 %"
    page.keyboard.press("0")
    fitted = boxes(page)
    assert fitted["width"] <= stage["width"]
    assert fitted["height"] <= stage["height"]
    assert "is-close" in page.locator("#stage").get_attribute("class")


def test_difference_original_and_background(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    page.get_by_role("slider", name="Divider").wait_for()
    page.get_by_role("button", name="Difference").click()
    canvas = page.locator("#difference")
    canvas.wait_for()
    pixels = canvas.evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    shown = np.array(pixels, np.uint8).reshape(120, 160, 4)[..., :3].astype(int)
    page.wait_for_selector("#facts[data-state=done]")
    original = np.asarray(Image.open(io.BytesIO(PICTURE)).convert("RGB")).astype(int)
    assert 0 < shown.mean() < 255
    assert (shown[original[..., 0] >= 0] % 8 == 0).mean() > 0.9 or shown.max() == 255
    page.get_by_role("button", name="Difference").click()
    hold = page.get_by_role("button", name="Hold for original")
    box = hold.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    assert page.locator("#pane-result").is_hidden()
    page.mouse.up()
    assert page.locator("#pane-result").is_visible()
    page.keyboard.down("o")
    assert page.locator("#pane-result").is_hidden()
    page.keyboard.up("o")
    assert page.locator("#pane-result").is_visible()
    page.get_by_role("radio", name="Dark").check()
    assert page.locator("#stage").get_attribute("data-backdrop") == "dark"
    page.locator("#stage").focus()
    page.keyboard.press("b")
    assert page.locator("#stage").get_attribute("data-backdrop") == "checker"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_screens_need_no_sideways_scrolling(open_page, scheme):
    page = open_page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True)
    upload(page, ("one.png", PICTURE), ("two.png", PICTURE))
    page.wait_for_selector("#archive[href]")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Copy command").scroll_into_view_if_needed()
    assert page.get_by_role("button", name="Copy command").is_visible()


def contrast(page, selector):
    """Contrast of the text of an element against what lies behind it, as WCAG counts it."""
    return page.evaluate(
        """selector => {
            const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
            const light = (color) => {
                const [r, g, b] = numbers(color).map((v) => v / 255).map((v) =>
                    v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const element = document.querySelector(selector);
            let behind = element;
            const clear = (e) => numbers(getComputedStyle(e).backgroundColor)[3] === 0;
            while (clear(behind)) behind = behind.parentElement;
            const a = light(getComputedStyle(element).color);
            const b = light(getComputedStyle(behind).backgroundColor);
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }""",
        selector,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out(open_page, scheme):
    page = open_page(color_scheme=scheme)
    assert contrast(page, ".privacy") >= 4.5
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    for selector in (
        ".saved",
        "#download",
        ".figures dt",
        ".segments label",
        ".ticks",
        ".link.reset",
        ".look",
        ".format",
        ".format.is-least b",
        '.preset[aria-pressed="true"]',
    ):
        assert contrast(page, selector) >= 4.5, selector


def test_everything_has_a_name(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE), ("two.png", PICTURE))
    page.wait_for_selector("#archive[href]")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input, select, [role=slider]")]
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def test_motion_is_still_for_those_who_want_it(open_page):
    page = open_page(reduced_motion="reduce")
    assert page.locator(".working i").evaluate("e => getComputedStyle(e).animationName") == "none"
