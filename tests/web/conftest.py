"""An application in this process, and a server in its own."""

import os
import re
import subprocess
import sys

import pytest

from huepress.web import ServeOptions, create_app
from web_pictures import InProcess, png


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


class Served:
    """`huepress serve` in a process of its own."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huepress", "serve", "--no-browser", "--port", "0", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        line = self.process.stderr.readline()
        found = re.search(r"(http://\S+)", line)
        assert found, line + self.process.stderr.read()
        self.url = found[1]

    def left(self):
        """What lies in the folder for temporary files."""
        return sorted(path.name for path in self.folder.rglob("*"))

    def end(self, signal=None):
        """Stop it, and return what it said meanwhile."""
        if self.process.poll() is None:
            if signal is None:
                self.process.terminate()
            else:
                self.process.send_signal(signal)
        return self.process.communicate(timeout=20)[1]


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
