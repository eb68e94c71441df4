"""The page in a real Chromium: pictures come in, results go out, trouble is told."""

import io
import json
import zipfile

import pytest
from PIL import Image

from huepress import compress
from web_browser import PICTURE, download, settle, until_done, upload
from web_pictures import png

pytestmark = pytest.mark.web


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
    page = open_page("?effort=fast&colors=8")
    page.get_by_role("button", name="Try the demo picture").click()
    until_done(page)
    assert page.title().startswith("demo.png")


def test_pictures_are_dropped_and_pasted(open_page):
    page = open_page("?effort=fast")
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


def test_a_batch_of_twenty_with_its_zip(open_page):
    page = open_page("?colors=16&effort=fast")
    pictures = [(f"picture-{i}.png", png(30, 40, seed=i)) for i in range(20)]
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
        assert (
            archive.read("picture-3-hp.png")
            == compress(pictures[3][1], colors=4, effort="fast").data
        )
        assert (
            archive.read("picture-9-hp.png")
            == compress(pictures[9][1], colors=16, effort="fast").data
        )
    assert page.locator("#scope-words").inner_text() == "Changes go to this picture alone."
    # What the form shows is what the picture in view has.
    page.get_by_text("picture-9.png", exact=True).click()
    assert page.get_by_role("radio", name="All pictures").is_checked()
    assert number.input_value() == "16"
    assert "19 pictures without" in page.locator("#scope-words").inner_text()
    page.get_by_text("picture-3.png", exact=True).click()
    assert page.get_by_role("radio", name="This picture").is_checked()
    assert number.input_value() == "4"
    page.get_by_role("radio", name="All pictures").check()
    settle(page, 16)


def test_a_corrupt_file_and_a_bomb_are_told_and_the_rest_goes_on(open_page):
    page = open_page()
    bomb = io.BytesIO()
    Image.new("1", (2000, 1500)).save(bomb, "png")
    upload(
        page,
        ("broken.png", PICTURE[:20] + bytes(300)),
        ("bomb.png", bomb.getvalue()),
        ("ok.png", PICTURE),
    )
    page.wait_for_selector('.item:nth-child(3)[data-state="done"]')
    page.wait_for_selector('.item:nth-child(2)[data-state="failed"]')
    trouble = page.locator("#trouble")
    assert trouble.inner_text().startswith("broken.png: ")
    assert page.locator("#saved").inner_text() == "No result"
    assert page.locator("#badge-original").is_hidden()
    assert not page.locator(".item-state").first.inner_text().startswith("broken.png")
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


def test_what_is_uploaded_goes_with_the_page(open_page, server):
    page = open_page()
    upload(page, ("photo.png", PICTURE))
    until_done(page)
    tab = json.loads(page.evaluate("sessionStorage.getItem('huepress')"))["tab"]
    page.goto("about:blank")  # an open page would ask for what is gone, and complain
    assert page.request.delete(f"{server.url}api/v1/tabs/{tab}").status == 204


def test_formats_that_browsers_do_not_know_are_shown(open_page):
    page = open_page()
    out = io.BytesIO()
    Image.open(io.BytesIO(PICTURE)).save(out, "tiff")
    upload(page, ("scan.tiff", out.getvalue()))
    page.wait_for_selector("#original:visible")
    page.get_by_role("slider", name="Divider").wait_for()
    until_done(page)


def test_an_address_of_this_machine_is_opened(open_page, server):
    page = open_page("?effort=fast&colors=8")
    page.get_by_role("button", name="open an address of this machine").click()
    page.get_by_label("Address", exact=True).fill(server.url + "api/v1/demo.png")
    page.get_by_role("button", name="Open", exact=True).click()
    until_done(page)
    assert page.title().startswith("demo.png")
    page.wait_for_selector("#original:visible")
