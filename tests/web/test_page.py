"""The page in a real Chromium: what people do with it, without a complaint in the console."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from huepress import compress
from web_pictures import Served, png

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.web,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = Served(tmp_path_factory.mktemp("serve"), "--max-pixels", "2000000")
    yield one
    assert one.end() == ""
    assert one.left() == []


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, server):
    """Open pages; at the end, none may have had an error or asked another host."""
    contexts, complaints = [], []

    def make(path="", *, width=1280, height=800, permissions=(), **more):
        context = browser.new_context(
            viewport={"width": width, "height": height}, permissions=list(permissions), **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: _is_foreign(r.url, server.url) and complaints.append(r.url))
        page.goto(server.url + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _is_foreign(url, own):
    return not url.startswith((own, "blob:" + own))


def upload(page, *pictures):
    files = [
        {"name": name, "mimeType": "image/png", "buffer": content} for name, content in pictures
    ]
    page.set_input_files("#files", files)


def until_done(page):
    page.wait_for_selector("#download[href]")


def download(page):
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download").click()
    return caught.value


def settle(page, colors):
    """Wait for the result of a number of colors."""
    page.wait_for_function(
        "k => document.querySelector('#fact-colors').textContent == k"
        " && document.querySelector('#download').hasAttribute('href')",
        arg=str(colors),
    )


PICTURE = png(120, 160)


def test_a_picture_shows_at_once_and_its_result_can_be_saved(open_page):
    page = open_page()
    assert page.get_by_role("heading", name="Drop a picture").is_visible()
    upload(page, ("photo.png", PICTURE))
    page.wait_for_selector("#original:visible")
    until_done(page)
    page.wait_for_selector("#result:visible")
    saved = download(page)
    assert saved.suggested_filename == "photo-hp.png"
    assert saved.path().read_bytes() == compress(PICTURE).data
    assert page.locator("#saved").inner_text().startswith("−")
    assert page.locator("#fact-score").inner_text() not in ("–", "…")
    assert "dB" in page.locator("#fact-psnr").inner_text()
    assert page.locator(".swatch").count() == 256
    assert page.title().startswith("photo.png")


def test_the_demo_picture(open_page):
    page = open_page()
    page.get_by_role("button", name="Try the demo picture").click()
    until_done(page)
    assert page.title().startswith("demo.png")


def test_pictures_are_dropped_and_pasted(open_page):
    page = open_page()
    for kind, transfer in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        page.evaluate(
            """async ([bytes, kind, transfer]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], kind + ".png"));
                const make = kind === "drop" ? DragEvent : ClipboardEvent;
                window.dispatchEvent(new make(kind, { [transfer]: data, cancelable: true }));
            }""",
            [list(PICTURE), kind, transfer],
        )
    page.wait_for_selector(".item:nth-child(2)")
    assert page.locator(".item-name").all_inner_texts() == ["drop.png", "paste.png"]
    until_done(page)


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
    page.wait_for_selector("#download[href]")
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
    page.get_by_text("More settings").click()
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
    page = open_page()
    upload(page, ("photo.png", png(120, 160, noise=8)))
    until_done(page)
    aims = page.locator(".aims")
    aims.get_by_text("Score", exact=True).click()
    score = page.get_by_label("Score to reach, exact number")
    score.fill("40")
    score.press("Enter")
    page.wait_for_function("() => document.querySelector('#command').textContent.includes('40')")
    until_done(page)
    assert float(page.locator("#fact-score").inner_text()) >= 40
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
    upload(page, ("photo.png", PICTURE))
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


def test_link_and_command_are_copied(open_page):
    page = open_page("?colors=5", permissions=["clipboard-read", "clipboard-write"])
    upload(page, ("photo.png", PICTURE))
    settle(page, 5)
    page.get_by_role("button", name="Copy command").click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = "navigator.clipboard.readText()"
    assert page.evaluate(copied) == "huepress compress photo.png --colors 5"
    page.get_by_role("button", name="Copy link to these settings").click()
    page.wait_for_function(
        "() => navigator.clipboard.readText().then(t => t.endsWith('/?colors=5'))"
    )


def test_the_curve_sets_the_number_of_colors(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    point = page.get_by_role("button", name="16 colors: ")
    point.wait_for()
    page.wait_for_function(
        "() => document.querySelector('#curve-words').textContent.startsWith('Suggested')"
    )
    point.click()
    settle(page, 16)
    point.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    settle(page, 8)
    page.get_by_text("Auto", exact=True).first.click()
    page.wait_for_function("() => location.search === '?colors=auto'")
    words = page.locator("#curve-words").inner_text()
    suggested = words.split()[1]
    settle(page, suggested)


def test_a_batch_of_twenty_with_its_zip(open_page):
    page = open_page("?colors=16")
    pictures = [(f"picture-{i}.png", png(60, 80, seed=i)) for i in range(20)]
    upload(page, *pictures)
    page.wait_for_selector("#archive[href]")
    assert page.locator('.item[data-state="done"]').count() == 20
    page.get_by_text("picture-3.png", exact=True).click()
    page.wait_for_function("() => document.title.startsWith('picture-3.png')")
    page.get_by_text("This picture").click()
    number = page.get_by_label("Colors, exact number")
    number.fill("4")
    number.press("Enter")
    settle(page, 4)
    page.wait_for_selector("#archive[href]")
    with page.expect_download() as caught:
        page.get_by_role("link", name="All as ZIP").click()
    with zipfile.ZipFile(caught.value.path()) as archive:
        assert len(archive.namelist()) == 20
        assert archive.read("picture-3-hp.png") == compress(pictures[3][1], colors=4).data
        assert archive.read("picture-9-hp.png") == compress(pictures[9][1], colors=16).data
    page.get_by_role("button", name="Use the settings of all").click()
    settle(page, 16)


def test_a_corrupt_file_and_a_bomb_are_told_and_the_rest_goes_on(open_page):
    page = open_page()
    bomb = io.BytesIO()
    Image.new("1", (2000, 1500)).save(bomb, "png")
    upload(page, ("broken.png", PICTURE[:300]), ("bomb.png", bomb.getvalue()), ("ok.png", PICTURE))
    page.wait_for_selector('.item:nth-child(3)[data-state="done"]')
    page.wait_for_selector('.item:nth-child(2)[data-state="failed"]')
    trouble = page.locator("#trouble")
    assert trouble.inner_text().startswith("broken.png: ")
    page.get_by_text("bomb.png", exact=True).click()
    page.wait_for_function(
        "() => document.querySelector('#trouble').textContent.includes('3,000,000')"
    )
    assert page.get_by_role("link", name="Download").count() == 0
    page.get_by_text("ok.png", exact=True).click()
    until_done(page)
    page.get_by_role("button", name="Remove broken.png").click()
    page.wait_for_function("() => document.querySelectorAll('.item').length === 2")


ENDLESS = "?colors=200&init=random&n_init=1000&max_iter=100000&tol=0&effort=fast"


def test_a_job_can_be_cancelled_and_started_again(open_page, endless_png):
    page = open_page(ENDLESS)
    upload(page, ("large.png", endless_png))
    page.locator("#working-words", has_text="Working").wait_for()
    page.locator("#cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    page.get_by_role("button", name="Start again").click()
    page.locator("#working").wait_for()
    # Another setting ends the endless job by itself.
    page.get_by_role("button", name="Reset all settings").click()
    settle(page, 256)


def test_a_reload_finds_pictures_and_settings_again(open_page):
    page = open_page()
    upload(page, ("one.png", PICTURE), ("two.png", png(50, 70, seed=3)))
    page.wait_for_selector("#archive[href]")
    page.get_by_text("two.png", exact=True).click()
    number = page.get_by_label("Colors, exact number")
    number.fill("9")
    number.press("Enter")
    settle(page, 9)
    page.reload()
    settle(page, 9)
    page.wait_for_selector("#result:visible")
    assert page.title().startswith("two.png")
    assert page.locator(".item-name").all_inner_texts() == ["one.png", "two.png"]


def test_what_is_uploaded_goes_with_the_page(open_page, server):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    tab = json.loads(page.evaluate("sessionStorage.getItem('huepress')"))["tab"]
    assert page.request.delete(f"{server.url}api/v1/tabs/{tab}").status == 204


def test_formats_that_browsers_do_not_know_are_shown(open_page):
    page = open_page()
    out = io.BytesIO()
    Image.open(io.BytesIO(PICTURE)).save(out, "tiff")
    upload(page, ("scan.tiff", out.getvalue()))
    page.wait_for_selector("#original:visible")
    page.get_by_role("slider", name="Divider").wait_for()
    until_done(page)


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


def test_colors_are_kept_and_palettes_fixed(open_page):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    swatch = page.locator(".swatch").nth(3)
    kept = swatch.get_attribute("aria-label").split(",")[0]
    swatch.click()
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
