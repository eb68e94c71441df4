"""Pictures, patience and a client and a server, for the tests of the page."""

import asyncio
import io
import os
import re
import subprocess
import sys
import threading
import time

import httpx
import numpy as np
from PIL import Image


def png(height=48, width=64, seed=0, noise=40):
    """A small picture with many colors."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = np.dstack([255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)])
    pixels = np.clip(base + rng.normal(0, noise, base.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "png")
    return out.getvalue()


# What keeps a worker busy for as long as a test could want, cancelled or not.
ENDLESS = {
    "init": "random",
    "n_init": 1000,
    "max_iter": 100_000,
    "tol": 0,
    "effort": "fast",
    "colors": 200,
}


def wait_until(holds, seconds=60.0):
    """Wait for something that another process does."""
    limit = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)
    return value


class InProcess:
    """A client of an application in this process, whose event loop has a thread of its own.

    As a context manager it runs the application's lifespan: its workers and its store.
    """

    def __init__(self, app, base_url="http://127.0.0.1:8017"):
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url=base_url,
            timeout=60,
        )
        self._thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def call(self, function, *arguments):
        """Call a function in the thread of the application."""

        async def called():
            return function(*arguments)

        return self.run(called())

    def request(self, method, url, **more):
        return self.run(self._client.request(method, url, **more))

    def get(self, url, **more):
        return self.request("GET", url, **more)

    def post(self, url, **more):
        return self.request("POST", url, **more)

    def put(self, url, **more):
        return self.request("PUT", url, **more)

    def delete(self, url, **more):
        return self.request("DELETE", url, **more)

    def close(self):
        self.run(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self):
        self._lifespan = self.app.router.lifespan_context(self.app)
        self.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *error):
        self.run(self._lifespan.__aexit__(None, None, None))
        self.close()


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
