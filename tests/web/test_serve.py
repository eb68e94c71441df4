"""serve: the command itself, its end in every way, and what a killed client leaves: nothing."""

import re
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from web_pictures import ENDLESS, png, wait_until

PICTURE = png()


def ask(server, **more):
    return httpx.Client(base_url=server.url, timeout=30, **more)


def test_it_serves_and_ends_cleanly(serve):
    server = serve()
    with ask(server) as client:
        assert "Drop a picture" in client.get("/").text
        assert client.post("/api/v1/compress?colors=4", content=PICTURE).status_code == 200
        tab = client.post("/api/v1/tabs").json()["id"]
        client.post(f"/api/v1/tabs/{tab}/pictures", content=PICTURE)
        with client.stream("GET", f"/api/v1/tabs/{tab}/events") as events:
            lines = events.iter_lines()
            assert next(lines).startswith('data: {"type": "tab"')
            assert len(server.left()) == 3  # the folder, its lock, the upload
            # The end of the server is the end of the stream.
            server.process.terminate()
            assert list(lines) == [""]
    assert server.end() == ""
    assert server.process.returncode in (0, -signal.SIGTERM)
    assert server.left() == []


def test_a_killed_server_leaves_nothing(serve):
    server = serve()
    with ask(server) as client:
        tab = client.post("/api/v1/tabs").json()["id"]
        client.post(f"/api/v1/tabs/{tab}/pictures", content=PICTURE)
    server.end(signal.SIGKILL)
    wait_until(lambda: server.left() == [])


def test_what_all_killed_processes_left_is_removed_by_the_next(tmp_path, serve):
    left = tmp_path / "huepress-serve-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "upload-x").write_bytes(PICTURE)
    serve()
    assert not left.exists()


def test_a_living_server_keeps_its_folder(serve):
    first = serve()
    second = serve()
    assert len([name for name in first.left() if name.startswith("huepress-serve-")]) == 2
    second.end()
    with ask(first) as client:
        assert client.post("/api/v1/compress", content=PICTURE).status_code == 200


def test_a_client_that_hangs_up_stops_its_work(serve, endless_png):
    server = serve("--workers", "1")
    url = f"{server.url}api/v1/compress"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, params=ENDLESS, content=endless_png, timeout=1.5)
    wait_until(lambda: len(server.left()) == 2)  # the folder and its lock
    assert httpx.post(url, content=PICTURE, timeout=60).status_code == 200


def test_a_client_that_stops_in_the_middle_leaves_nothing(serve):
    server = serve()
    host, port = re.fullmatch(r"http://(.*):(\d+)/", server.url).groups()
    head = f"POST /api/v1/compress HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100000\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + bytes(5000))
        wait_until(lambda: any(name.startswith("upload-") for name in server.left()))
    wait_until(lambda: len(server.left()) == 2)


def test_work_that_takes_too_long_is_ended(serve, endless_png):
    server = serve("--max-seconds", "3")
    answer = httpx.post(
        f"{server.url}api/v1/compress", params=ENDLESS, content=endless_png, timeout=30
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "limit")
    assert "3 seconds" in answer.json()["error"]["message"]
    small = {"score": "false", "effort": "fast", "colors": 2}
    again = httpx.post(f"{server.url}api/v1/compress", params=small, content=png(8, 8), timeout=30)
    assert again.status_code == 200


def test_other_machines_need_the_token_that_is_shown(serve):
    server = serve("--host", "0.0.0.0")
    address, token = server.url.split("?token=")
    assert len(token) > 16
    assert httpx.get(address).status_code == 401
    assert httpx.get(server.url, follow_redirects=True).status_code == 200
    tab = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=tab) as client:
        made = client.post("/api/v1/tabs").json()["id"]
        answer = client.post(f"/api/v1/tabs/{made}/pictures", json={"url": "http://localhost/a"})
        assert answer.status_code == 403


def test_a_port_in_use_is_told(serve):
    port = re.search(r":(\d+)/", serve().url)[1]
    done = subprocess.run(
        [sys.executable, "-m", "huepress", "serve", "--no-browser", "--port", port],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: port is ")
    assert "Traceback" not in done.stderr


class _Nearby(BaseHTTPRequestHandler):
    def do_GET(self):
        status, where = {"/a.png": (200, None), "/away": (302, "http://192.0.2.1/")}.get(
            self.path, (404, None)
        )
        self.send_response(status)
        if where:
            self.send_header("Location", where)
        self.end_headers()
        if status == 200:
            self.wfile.write(PICTURE)

    def log_message(self, *_):
        pass


@pytest.fixture
def nearby():
    server = HTTPServer(("127.0.0.1", 0), _Nearby)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses_of_this_machine_are_opened(client, nearby):
    tab = client.post("/api/v1/tabs").json()["id"]
    url = f"/api/v1/tabs/{tab}/pictures"
    answer = client.post(url, json={"url": f"{nearby}/a.png"})
    assert answer.status_code == 201
    assert answer.json()["name"] == "a.png"
    assert client.get(f"/api/v1/pictures/{answer.json()['id']}/file").content == PICTURE
    assert client.post(url, json={"url": f"{nearby}/away"}).status_code == 422
    assert client.post(url, json={"url": f"{nearby}/none.png"}).status_code == 422
    client.delete(f"/api/v1/tabs/{tab}")


@pytest.mark.parametrize(
    "url",
    [
        *("http://192.0.2.1/a.png", "http://example.com/a.png", "file:///etc/passwd"),
        *("ftp://localhost/a", "http://localhost.example.com/", "http://localhost@192.0.2.1/"),
        *("http://169.254.169.254/", "localhost:3000/a.png", "http://localhost:99999/", ""),
        "http://localhost/a\r\nHost: x",
    ],
)
def test_other_addresses_are_not(client, url):
    tab = client.post("/api/v1/tabs").json()["id"]
    answer = client.post(f"/api/v1/tabs/{tab}/pictures", json={"url": url})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request")
    client.delete(f"/api/v1/tabs/{tab}")
