"""An application in this process, a server in its own, and a browser that looks at it."""

import pytest

from huepress.web import ServeOptions, create_app
from web_browser import CHROMIUM, FLAGS
from web_pictures import InProcess, Served, png


@pytest.fixture(scope="session")
def endless_png():
    return png(300, 400, noise=60)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def client():
    """A client of an application with workers, in this process."""
    app = create_app(ServeOptions(workers=2, max_upload="2MB", max_pixels=1_000_000, max_files=25))
    with InProcess(app) as client:
        yield client


@pytest.fixture
def serve(tmp_path):
    """Start servers; all are stopped at the end."""
    started = []

    def start(*arguments):
        started.append(Served(tmp_path, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    one = Served(tmp_path_factory.mktemp("serve"), "--max-pixels", "2000000")
    yield one
    assert one.end() == ""
    assert one.left() == []


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
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
        page.set_default_timeout(60_000)
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
