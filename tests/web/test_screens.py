"""Every screen and every hand: phones on their side, large zoom, fingers, forced colors, keys."""

import io

import pytest
from PIL import Image

from web_browser import PICTURE, until_done, upload
from web_pictures import png

pytestmark = pytest.mark.web

SMALL = png(30, 40)

# What takes input, as large as its label: at least 24 x 24 px (WCAG 2.5.8).
TARGETS = """() => [...document.querySelectorAll(
        "button, a[href], input, select, summary, [role=slider], [role=button]")]
    .filter((e) => e.checkVisibility() && !e.closest(".unseen, .skip"))
    .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
    .filter(([, box]) => box.width < 23.9 || box.height < 23.9)
    .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""


def test_a_phone_on_its_side_and_double_zoom_show_stage_and_settings(open_page):
    page = open_page("?effort=fast", width=844, height=390, has_touch=True, is_mobile=True)
    upload(page, ("one.png", SMALL), ("two.png", SMALL))
    page.wait_for_selector("#archive[href]")
    for width, height in ((844, 390), (640, 400), (998, 600), (561, 320), (320, 200)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        stage = page.locator("#stage").bounding_box()
        if width <= 560:
            assert stage["height"] <= 0.9 * height
        else:
            assert stage["width"] <= 0.75 * width
            download = page.locator("#download").bounding_box()
            assert download["y"] + download["height"] <= height
    page.set_viewport_size({"width": 844, "height": 390})
    assert page.locator("#stage").bounding_box()["height"] >= 120


def test_targets_are_large_enough_and_tips_are_no_stops(open_page):
    page = open_page("?effort=fast")
    upload(page, ("one.png", PICTURE), ("two.png", SMALL))
    page.wait_for_selector("#archive[href]")
    page.locator("summary", has_text="Expert").click()
    assert page.evaluate(TARGETS) == []
    assert page.locator('.tip[tabindex="0"]').count() == 0
    slider = page.get_by_role("slider", name="Dithering", exact=True)
    described = slider.get_attribute("aria-describedby")
    assert "--dither" in page.locator(f"#{described}").text_content()
    # Every box says of what it is the automatic.
    names = page.get_by_role("checkbox").evaluate_all("all => all.map((e) => e.ariaLabel)")
    automatic = [name for name in names if name and name.endswith(": automatic")]
    assert len(automatic) == len(set(automatic)) >= 3


def touch(page, kind, *points):
    """Send fingers as the browser's pointer events."""
    page.evaluate(
        """([kind, points]) => {
            const stage = document.querySelector("#stage");
            stage.setPointerCapture = () => {};
            for (const [id, x, y] of points) {
                const target = kind === "pointerdown" ? document.elementFromPoint(x, y) : stage;
                target.dispatchEvent(new PointerEvent(kind, {
                    pointerId: id, pointerType: "touch", clientX: x, clientY: y,
                    bubbles: true, cancelable: true, isPrimary: id === 1,
                }));
            }
        }""",
        [kind, points],
    )


def test_fingers_swipe_the_divider_and_pinch_across_it(open_page):
    page = open_page("?effort=fast", width=390, height=844, has_touch=True, is_mobile=True)
    upload(page, ("one.png", PICTURE))
    until_done(page)
    divider = page.get_by_role("slider", name="Divider")
    divider.wait_for()
    stage = page.locator("#stage")
    assert stage.evaluate("e => getComputedStyle(e).touchAction") == "pan-y"
    box = stage.bounding_box()
    y = box["y"] + box["height"] / 2
    zoom = page.locator("#zoom-level").inner_text()
    touch(page, "pointerdown", (1, 60, y))
    touch(page, "pointermove", (1, 97.5, y))
    touch(page, "pointerup", (1, 97.5, y))
    assert divider.get_attribute("aria-valuenow") == "25"
    assert page.locator("#zoom-level").inner_text() == zoom
    # One finger on the divider, the other beside it.
    touch(page, "pointerdown", (1, 97, y), (2, 197, y))
    touch(page, "pointermove", (1, 97, y), (2, 297, y))
    touch(page, "pointerup", (1, 97, y), (2, 297, y))
    assert divider.get_attribute("aria-valuenow") == "25"
    before, after = (int(text.split()[0]) for text in (zoom, stage_zoom(page)))
    assert after == pytest.approx(2 * before, rel=0.02)
    assert stage.evaluate("e => getComputedStyle(e).touchAction") == "none"


def stage_zoom(page):
    return page.locator("#zoom-level").inner_text()


def test_forced_colors_show_what_is_chosen(open_page):
    page = open_page("?effort=fast", forced_colors="active")
    assert page.locator(".skip").is_hidden()  # there is nothing to skip to yet
    upload(page, ("one.png", SMALL), ("two.png", SMALL))
    page.wait_for_selector("#archive[href]")
    chosen = "e => getComputedStyle(e).backgroundColor"
    for selector in (
        ".segments label:has(:checked)",
        '.format[aria-pressed="true"]',
        ".item.is-current",
    ):
        ground = page.locator(selector).first.evaluate(chosen)
        assert ground != page.locator(".panel").evaluate(chosen), selector
    assert (
        page.locator(".swatch").first.evaluate("e => getComputedStyle(e).forcedColorAdjust")
        == "none"
    )


def test_numbers_out_of_range_are_said_and_the_nearest_is_taken(open_page):
    page = open_page("?effort=fast&colors=999")
    page.get_by_text("Colors takes a whole number from 1 to 256, not 999.").wait_for()
    upload(page, ("one.png", SMALL))
    until_done(page)
    number = page.get_by_label("Colors, exact number")
    for typed, taken in (("300", "256"), ("0", "1"), ("2.6", "3")):
        number.fill(typed)
        number.press("Enter")
        assert number.input_value() == taken
        page.get_by_text(f"from 1 to 256: {taken} was taken").wait_for()


def test_a_result_that_browsers_cannot_show_is_shown(open_page):
    page = open_page("?effort=fast&format=tiff&colors=8")
    out = io.BytesIO()
    Image.open(io.BytesIO(SMALL)).save(out, "tiff")
    upload(page, ("scan.tif", out.getvalue()))
    until_done(page)
    page.locator("#result:visible").wait_for()
    assert page.locator("#result").evaluate("e => e.naturalWidth") == 40
    assert "TIFF" in page.locator('#formats [aria-pressed="true"]').inner_text()


def test_folders_keep_their_paths_and_other_files_stay_out(open_page):
    page = open_page("?effort=fast&colors=4")
    page.evaluate(
        """([bytes]) => {
            const data = new DataTransfer();
            for (const name of ["a.png", "a.png", "notes.txt", "clip.mp4"]) {
                data.items.add(new File([new Uint8Array(bytes)], name));
            }
            dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
        }""",
        [list(SMALL)],
    )
    page.get_by_text("2 files left out, not pictures: notes.txt, clip.mp4").wait_for()
    page.wait_for_selector("#archive[href]")
    assert page.locator(".item-name").all_inner_texts() == ["a.png", "a.png (2)"]
    page.get_by_role("button", name="Remove a.png (2)").wait_for()
