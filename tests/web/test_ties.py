"""The page and its server lose each other, in a real Chromium; no picture is lost with it."""

import signal
import urllib.parse

import pytest

from web_browser import PICTURE, settle, upload
from web_pictures import png

pytestmark = pytest.mark.web

TWO = ("one.png", PICTURE), ("two.png", png(50, 70, seed=3))


def names(page):
    return page.locator(".item-name").all_inner_texts()


def test_a_reload_finds_pictures_and_settings_again(open_page):
    page = open_page("?effort=fast")
    upload(page, *TWO)
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
    assert names(page) == ["one.png", "two.png"]


def test_pictures_that_come_before_the_server_tells_of_them_are_not_lost(open_page):
    page = open_page("?effort=fast")
    events = []
    page.route("**/events", lambda held: events.append(held))
    page.reload()
    upload(page, *TWO)
    # As long as an upload, a job and its end would take.
    page.wait_for_timeout(1500)
    for held in events:
        held.continue_()
    page.wait_for_selector("#archive[href]")
    assert names(page) == ["one.png", "two.png"]


def test_a_server_that_was_started_again_gets_the_pictures_again(browser, serve):
    server = serve()
    page = browser.new_page()
    page.goto(server.url + "?effort=fast")
    upload(page, TWO[0])
    page.wait_for_selector("#archive[href]", state="attached")
    before = page.get_attribute("#archive", "href")
    server.end(signal.SIGKILL)
    serve("--port", str(urllib.parse.urlsplit(server.url).port))
    # The page does not know yet that its tab is gone.
    upload(page, TWO[1])
    page.wait_for_selector(f'#archive[href]:not([href="{before}"])')
    assert names(page) == ["one.png", "two.png"]
    assert page.locator('.item[data-state="done"]').count() == 2
    page.close()
