"""Presets, the row of formats, the measured curve: what most people touch, in a real Chromium."""

import re

import pytest

from huepress import compress
from huepress.options import PRESETS, CompressOptions
from web_browser import PICTURE, download, settle, until_done, upload

pytestmark = pytest.mark.web


def pressed(page, group):
    return page.locator(f'{group} [aria-pressed="true"]').all_inner_texts()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_options_that_go_together(preset):
    values = dict(preset.values)
    CompressOptions(**values)
    assert values == {k: v for k, v in values.items() if v != getattr(CompressOptions(), k)}


def test_a_preset_is_one_press_and_its_file_the_one_of_its_options(open_page):
    page = open_page("?seed=3")
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    assert pressed(page, "#presets") == []
    assert page.locator(".more").get_attribute("open") is None
    for name in ("E-paper", "Lossless"):
        page.get_by_role("button", name=name, exact=True).click()
        assert pressed(page, "#presets") == [name]
        values = dict(next(preset for preset in PRESETS if preset.name == name).values)
        flag = "palette" if "palette" in values else "lossless"
        page.locator("#command", has_text=f"--{flag}").wait_for()
        until_done(page)
        assert download(page).path().read_bytes() == compress(PICTURE, **values).data
    assert page.locator("#fact-look").inner_text() == "Identical, to the last pixel"
    page.get_by_role("button", name="Undo").click()
    assert pressed(page, "#presets") == ["E-paper"]


def test_formats_tell_their_sizes_and_a_click_takes_one(open_page):
    page = open_page("?colors=16&effort=fast")
    upload(page, ("photo.png", PICTURE))
    settle(page, 16)
    assert pressed(page, "#formats")[0].startswith("PNG")
    page.wait_for_function(
        "() => !document.querySelector('[data-format=webp] b').textContent.includes('…')"
        " && !document.querySelector('[data-format=gif] b').textContent.includes('…')"
    )
    files = {
        name: compress(PICTURE, colors=16, effort="fast", format=name).data
        for name in ("webp", "gif")
    }
    for name, data in files.items():
        size = page.locator(f"[data-format={name}] b").inner_text()
        assert size == f"{len(data) / 1000:.1f} kB"
    page.locator("[data-format=webp]").click()
    page.locator("#command", has_text="--format webp").wait_for()
    until_done(page)
    assert download(page).path().read_bytes() == files["webp"]
    assert "WebP" in pressed(page, "#formats")[0]
    page.locator("[data-format=original]").click()
    page.locator("#download-words", has_text="original").wait_for()
    assert download(page).path().read_bytes() == PICTURE
    page.locator("[data-format=auto], [data-format=png]").click()
    settle(page, 16)
    assert download(page).path().read_bytes() == compress(PICTURE, colors=16, effort="fast").data


def test_the_verdict_is_in_words_and_in_a_color_of_its_own(open_page):
    page = open_page("?colors=2&effort=fast")
    upload(page, ("photo.png", PICTURE))
    settle(page, 2)
    look = page.locator("#fact-look")
    assert re.fullmatch(r"Visible · score -?[\d.]+", look.inner_text())
    assert look.get_attribute("data-look") == "far"


def test_the_curve_tells_of_files_that_are_made_and_suggests_one_of_them(open_page):
    page = open_page("?colors=auto&effort=fast&seed=1")
    upload(page, ("photo.png", PICTURE))
    page.wait_for_function("() => document.querySelectorAll('.curve-point').length === 8")
    suggested = int(page.locator("#curve-words button").inner_text().split()[0])
    settle(page, suggested)
    told = {
        int(label.split()[0]): label.split(": ")[1]
        for label in page.locator(".curve-point").evaluate_all("all => all.map(e => e.ariaLabel)")
    }
    assert suggested in told
    for k in (suggested, 64):
        result = compress(PICTURE, colors=k, effort="fast", seed=1)
        assert told[k] == f"{result.bytes_out / 1000:.1f} kB, score {result.score:.1f}"
    assert (
        download(page).path().stat().st_size
        == compress(PICTURE, colors=suggested, effort="fast", seed=1).bytes_out
    )
