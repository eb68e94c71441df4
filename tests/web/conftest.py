"""An application in this process, and a server in its own."""

import pytest

from huepress.web import ServeOptions, create_app
from web_pictures import InProcess, Served, png


@pytest.fixture(scope="session")
def endless_png():
    return png(700, 900, noise=60)


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
