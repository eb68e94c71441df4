"""Two results beside each other, pictures on their way out, what is kept between visits."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from huepress import compress
from web_browser import PICTURE, experts, settle, upload
from web_pictures import png

pytestmark = pytest.mark.web

SMALL = png(30, 40)


def test_two_results_lie_beside_each_other(open_page):
    page = open_page("?effort=fast&colors=4")
    upload(page, ("photo.png", PICTURE))
    settle(page, 4)
    page.wait_for_selector("#result:visible")
    left = compress(PICTURE, effort="fast", colors=4)
    page.get_by_role("button", name="Keep on the left").click()
    page.locator("#badge-original", has_text="4 colors").wait_for()
    number = page.get_by_label("Colors, exact number")
    number.fill("64")
    number.press("Enter")
    settle(page, 64)
    page.wait_for_selector("#pane-other:visible")
    shown = page.locator("#other").evaluate(
        """e => {
            const context = new OffscreenCanvas(160, 120).getContext("2d");
            context.drawImage(e, 0, 0);
            return [...context.getImageData(0, 0, 160, 120).data];
        }"""
    )
    wanted = np.asarray(Image.open(io.BytesIO(left.data)).convert("RGBA"))
    assert np.array_equal(np.array(shown, np.uint8).reshape(wanted.shape), wanted)
    assert page.locator("#pane-original").is_hidden()
    page.locator("#stage").focus()
    page.keyboard.down("o")  # the original is still a key away
    assert page.locator("#pane-original").is_visible()
    assert page.locator("#badge-original").inner_text() == "Original"
    page.keyboard.up("o")
    page.get_by_role("button", name="Original on the left").click()
    assert page.locator("#pane-other").is_hidden()
    # A file from elsewhere, dropped on the left half.
    other = io.BytesIO()
    Image.open(io.BytesIO(PICTURE)).convert("RGB").save(other, "jpeg")
    for x, kind in ((100, "dragenter"), (100, "drop")):
        page.evaluate(
            """([bytes, x, kind]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "theirs.jpg"));
                dispatchEvent(new DragEvent(kind, {
                    dataTransfer: data, cancelable: true, clientX: x, clientY: 300,
                }));
            }""",
            [list(other.getvalue()), x, kind],
        )
        if kind == "dragenter":
            assert page.get_by_text("Compare the result with this file").is_visible()
    page.locator("#badge-original", has_text="theirs.jpg").wait_for()
    assert page.locator(".item").count() <= 1


def test_the_picture_is_copied_and_dragged_out(open_page):
    page = open_page("?effort=fast&colors=8", permissions=["clipboard-read", "clipboard-write"])
    upload(page, ("photo.png", PICTURE))
    settle(page, 8)
    page.get_by_role("button", name="Copy the picture").click()
    page.locator("#status", has_text="Picture copied").wait_for()
    size = page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const image = await createImageBitmap(await item.getType("image/png"));
            return [image.width, image.height];
        }"""
    )
    assert size == [160, 120]
    told = page.evaluate(
        """() => {
            const data = new DataTransfer();
            document.querySelector("#download").dispatchEvent(
                new DragEvent("dragstart", { dataTransfer: data, cancelable: true }));
            return [data.getData("text/uri-list"), data.getData("DownloadURL")];
        }"""
    )
    assert told[1] == f"image/png:photo-hp.png:{told[0]}"
    assert page.request.get(told[0]).body() == compress(PICTURE, effort="fast", colors=8).data


def test_all_are_saved_into_a_folder_and_nothing_is_written_over(open_page):
    page = open_page("?effort=fast&colors=4")
    # A folder of the browser's own stands for one that was picked.
    page.evaluate("() => { window.showDirectoryPicker = () => navigator.storage.getDirectory(); }")
    upload(page, ("a.png", SMALL), ("a.png", PICTURE))
    page.wait_for_selector("#archive[href]")
    for _ in range(2):
        page.get_by_role("button", name="Save all into a folder").click()
        page.get_by_text("2 pictures saved into").wait_for()
        page.get_by_role("button", name="Close the note").click()
    found = page.evaluate(
        """async () => {
            const found = {};
            for await (const [name, file] of await navigator.storage.getDirectory()) {
                found[name] = (await file.getFile()).size;
            }
            return found;
        }"""
    )
    sizes = [compress(data, effort="fast", colors=4).bytes_out for data in (SMALL, PICTURE)]
    assert found == dict(
        zip(["a-hp.png", "a-hp-2.png", "a-hp-3.png", "a-hp-4.png"], sizes * 2, strict=True)
    )


def test_settings_theme_and_what_was_unfolded_are_kept(open_page, server):
    page = open_page()
    upload(page, ("photo.png", SMALL))
    experts(page)
    page.get_by_role("radio", name="Dark").check()
    page.locator('[data-option="effort"]').get_by_text("Fast", exact=True).click()
    page.keyboard.press("t")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    ground = page.locator(".bar").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(31, 31, 31)"
    page.goto("about:blank")
    page.goto(server.url)
    page.wait_for_function("() => location.search === '?effort=fast'")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("#stage").get_attribute("data-backdrop") == "dark"
    assert page.locator(".more").get_attribute("open") is not None
    # An address comes before what was kept.
    page.goto("about:blank")
    page.goto(server.url + "?colors=7")
    assert page.evaluate("location.search") == "?colors=7"


def test_keys_are_shown_by_a_key(open_page):
    page = open_page()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.get_by_text("Difference, eight times amplified").is_visible()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()


def test_it_can_be_installed_and_opens_without_its_server(open_page, server):
    page = open_page()
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    manifest = json.loads(page.request.get(server.url + "static/manifest.webmanifest").body())
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(server.url.rstrip("/") + icon["src"]).ok
    page.reload()  # now through the worker
    page.wait_for_function("() => navigator.serviceWorker.controller")
    scope = page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    assert scope == server.url
    kept = page.evaluate(
        "async () => (await (await caches.open('huepress-1')).keys()).map((r) => r.url)"
    )
    assert server.url in kept
    assert all(url.startswith(server.url) and "/api/" not in url for url in kept)
    until_loaded = page.get_by_role("heading", name="Drop a picture")
    assert until_loaded.is_visible()
