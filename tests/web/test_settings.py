"""The settings of the page in a real Chromium: each changes the result, and all travel."""

import io
import shlex
import subprocess
import sys
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from huepress import compress
from web_browser import PICTURE, download, experts, settle, until_done, upload
from web_pictures import png

pytestmark = pytest.mark.web


def test_each_control_changes_the_result(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    number = page.get_by_label("Colors, exact number")
    number.fill("7")
    number.press("Enter")
    settle(page, 7)
    page.get_by_role("slider", name="Colors", exact=True).focus()
    page.keyboard.press("ArrowRight")
    settle(page, 12)
    changed = {"colors": 12}
    experts(page)
    choices = [("effort", "Fast"), ("color_space", "sRGB"), ("format", "WebP")]
    for option, label in choices:
        control = page.locator(f'[data-option="{option}"]')
        if option == "format":  # too many for buttons side by side
            control.get_by_role("combobox").select_option(label=label)
        else:
            control.get_by_text(label, exact=True).click()
        changed[option] = label.lower()
        page.wait_for_function(
            "words => document.querySelector('#command').textContent.includes(words)",
            arg=f"{changed[option]}",
        )
        until_done(page)
        assert download(page).path().read_bytes() == compress(PICTURE, **changed).data
    page.locator('[data-option="init"]').get_by_text("Random", exact=True).click()
    seed = page.locator("#o-seed")
    seed.fill("3")
    seed.press("Enter")
    changed |= {"init": "random", "seed": 3}
    page.wait_for_function(
        "() => document.querySelector('#command').textContent.includes('--seed 3')"
    )
    until_done(page)
    assert download(page).path().read_bytes() == compress(PICTURE, **changed).data
    command = page.locator("#command").inner_text()
    assert command.startswith("huepress compress photo.png --colors 12 --effort fast")


def test_a_score_or_a_size_is_aimed_for(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", png(120, 160, noise=8)))
    until_done(page)
    aims = page.locator(".aims")
    aims.get_by_text("Score", exact=True).click()
    score = page.get_by_label("Score to reach, exact number")
    score.fill("40")
    score.press("Enter")
    page.wait_for_function("() => document.querySelector('#command').textContent.includes('40')")
    until_done(page)
    assert float(page.locator("#fact-score").inner_text().split(",")[0]) >= 40
    aims.get_by_text("Size", exact=True).click()
    size = page.get_by_label("Largest size")
    size.fill("3KB")
    size.press("Enter")
    page.wait_for_function("() => document.querySelector('#command').textContent.includes('3KB')")
    until_done(page)
    assert download(page).path().stat().st_size <= 3000
    size.fill("20")
    size.press("Enter")
    page.locator("#trouble", has_text="cannot be met").wait_for()
    assert page.get_by_role("link", name="Download").count() == 0
    assert page.locator('[data-option="rate_weight"]').is_hidden()
    page.get_by_role("switch", name="As near as possible").check()
    until_done(page)


def test_undo_redo_and_reset(open_page):
    page = open_page()
    upload(page, ("photo.png", png(48, 64)))
    until_done(page)
    assert page.get_by_role("button", name="Undo").is_disabled()
    number = page.get_by_label("Colors, exact number")
    for k in ("8", "4"):
        number.fill(k)
        number.press("Enter")
        settle(page, k)
    page.get_by_role("button", name="Undo").click()
    settle(page, 8)
    page.locator("#stage").focus()
    page.keyboard.press("Control+z")
    settle(page, 256)
    page.keyboard.press("Control+Shift+z")
    settle(page, 8)
    page.get_by_role("button", name="Reset all settings").click()
    settle(page, 256)


def test_settings_travel_in_the_address(open_page):
    page = open_page("?colors=6&effort=fast&nonsense=1&seed=-5")
    upload(page, ("my photo.png", PICTURE))
    settle(page, 6)
    assert page.locator('[data-option="effort"] input:checked').input_value() == "fast"
    command = page.locator("#command").inner_text()
    assert command == "huepress compress 'my photo.png' --colors 6 --effort fast"
    assert page.url.endswith("/?colors=6&effort=fast")


def test_link_and_command_are_copied_and_do_the_same_again(open_page, tmp_path):
    query = "?colors=5&effort=fast&dither=0.5&keep_color=102030,fff"
    page = open_page(query, permissions=["clipboard-read", "clipboard-write"])
    upload(page, ("my photo.png", PICTURE))
    settle(page, 5)
    page.get_by_role("button", name="Copy command").click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = "navigator.clipboard.readText()"
    command = shlex.split(page.evaluate(copied))
    assert command[:3] == ["huepress", "compress", "my photo.png"]
    (tmp_path / "my photo.png").write_bytes(PICTURE)
    subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, check=True, capture_output=True)
    result = download(page).path().read_bytes()
    assert (tmp_path / "my photo-hp.png").read_bytes() == result
    page.get_by_role("button", name="Copy link to these settings").click()
    page.wait_for_function("() => navigator.clipboard.readText().then(t => t.startsWith('http'))")
    other = open_page("?" + urlsplit(page.evaluate(copied)).query)
    upload(other, ("my photo.png", PICTURE))
    settle(other, 5)
    assert download(other).path().read_bytes() == result


def test_the_curve_sets_the_number_of_colors(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", PICTURE))
    point = page.get_by_role("button", name="16 colors: ")
    point.wait_for()
    page.wait_for_function("() => document.querySelectorAll('.curve-point').length === 8")
    assert page.locator("#curve-words").inner_text().startswith("Suggested")
    point.click()
    settle(page, 16)
    point.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    settle(page, 8)
    page.get_by_role("checkbox", name="Colors: automatic").check()
    page.wait_for_function("() => location.search.startsWith('?colors=auto')")


def test_a_press_on_the_curve_is_a_click_though_the_curve_is_drawn_anew(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", PICTURE))
    point = page.get_by_role("button", name="16 colors: ")
    point.wait_for()
    page.wait_for_function("() => document.querySelectorAll('.curve-point').length === 8")
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate("document.querySelector('.curve-point').dispatchEvent(new Event('pointerleave'))")
    page.mouse.up()
    settle(page, 16)


def test_colors_are_kept_and_palettes_fixed(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    swatch = page.locator(".swatch").nth(3)
    kept = swatch.get_attribute("aria-label").split(",")[0]
    swatch.click()
    experts(page)
    assert page.locator('[data-option="keep_color"] .chip').inner_text() == kept
    number = page.get_by_label("Colors, exact number")
    number.fill("2")
    number.press("Enter")
    settle(page, 2)
    shown = [page.locator(".swatch").nth(i).get_attribute("aria-label")[:7] for i in range(2)]
    assert kept in shown
    page.locator(".swatch").nth(shown.index(kept)).click()
    page.locator("#o-palette").fill("#102030, fff")
    page.locator("#o-palette").press("Enter")
    page.wait_for_function(
        "() => document.querySelectorAll('.swatch').length === 2"
        " && document.querySelector('.swatch[aria-label^=\"#102030\"]')"
    )
    until_done(page)
    colors = Image.open(download(page).path()).convert("RGB").getcolors()
    assert {color for _, color in colors} == {(0x10, 0x20, 0x30), (255, 255, 255)}
    assert page.locator("#curve").is_hidden()


def point_of(page, x, y):
    """Where a pixel of the picture is on the screen, and in the middle of itself."""
    box = page.locator("#pane-original .frame").bounding_box()
    return box["x"] + box["width"] * (x + 0.5) / 160, box["y"] + box["height"] * (y + 0.5) / 120


def test_the_eyedropper_takes_the_color_of_a_pixel(open_page):
    page = open_page("?effort=fast")
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    pixels = np.asarray(Image.open(io.BytesIO(PICTURE)).convert("RGB"))
    stage = page.locator("#stage")
    experts(page)
    dropper = page.get_by_role("button", name="Colors to keep: pick from the picture")
    chips = page.locator('[data-option="keep_color"] .chip')
    dropper.click()
    assert dropper.get_attribute("aria-pressed") == "true"
    assert stage.evaluate("e => getComputedStyle(e).cursor") == "crosshair"
    assert page.get_by_text("Choose a color in the picture").is_visible()
    page.keyboard.press("Escape")
    assert dropper.get_attribute("aria-pressed") == "false"
    page.mouse.click(*point_of(page, 40, 30))
    assert chips.count() == 0
    # On both sides of the divider it is the original's color; beside the picture there is none.
    wanted = []
    for x, y in ((13, 100), (150, 7)):
        dropper.click()
        box = stage.bounding_box()
        page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
        assert dropper.get_attribute("aria-pressed") == "true"
        page.mouse.click(*point_of(page, x, y))
        assert dropper.get_attribute("aria-pressed") == "false"
        wanted.append("#" + bytes(pixels[y, x]).hex())
    assert chips.all_inner_texts() == wanted
    number = page.get_by_label("Colors, exact number")
    number.fill("5")
    number.press("Enter")
    settle(page, 5)
    assert (
        download(page).path().read_bytes()
        == compress(PICTURE, colors=5, effort="fast", keep_color=wanted).data
    )
    page.get_by_role("button", name=f"Take {wanted[0]} away").click()
    assert chips.all_inner_texts() == wanted[1:]


@pytest.mark.parametrize(
    ("option", "label", "values"),
    [("dither", "Dithering", (0, 1)), ("rate_weight", "Rate weight", (0, 5))],
)
def test_dithering_and_rate_change_the_result(open_page, option, label, values):
    smooth = png(120, 160, noise=1)
    page = open_page("?colors=8&effort=fast")
    upload(page, ("smooth.png", smooth))
    settle(page, 8)
    experts(page)
    number = page.get_by_label(f"{label}, exact number")
    results = []
    for value in values:
        number.fill(str(value))
        number.press("Enter")
        page.wait_for_function(
            "flag => document.querySelector('#command').textContent.includes(flag)",
            arg=f"--{option.replace('_', '-')} {value}",
        )
        settle(page, 8)
        results.append(download(page).path().read_bytes())
        wanted = {"colors": 8, "effort": "fast", option: value}
        assert results[-1] == compress(smooth, **wanted).data
    assert results[0] != results[1]
