"""Steps that tests of the page in a browser share."""

import shutil

from web_pictures import png

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

PICTURE = png(120, 160)


def upload(page, *pictures):
    files = [
        {"name": name, "mimeType": "image/png", "buffer": content} for name, content in pictures
    ]
    page.set_input_files("#files", files)


def until_done(page):
    page.wait_for_selector("#facts[data-state=done]")  # a draft can be downloaded, too


def experts(page):
    """Unfold what is for experts."""
    page.get_by_text("Expert settings").click()


def download(page):
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download").click()
    return caught.value


def settle(page, colors):
    """Wait for the result of a number of colors."""
    page.wait_for_function(
        "k => document.querySelector('#fact-colors').textContent == k"
        " && document.querySelector('#facts').dataset.state === 'done'",
        arg=str(colors),
    )
