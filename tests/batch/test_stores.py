"""Stores: the same command on memory, S3 (moto on loopback) and read-only HTTP."""

import functools
import http.server
import threading

import pytest

pytest.importorskip("fsspec")

import fsspec

import huepress
from huepress.batch.store import store_of
from huepress.errors import HuepressError, InputError, OutputError
from images import as_file, scene, soft_disc
from trees import compress, contents, make_tree


@pytest.fixture
def memory():
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]


def upload(fs, root, base):
    for name, data in contents(root).items():
        fs.pipe_file(f"{base}/{name}", data)


def below(fs, base):
    """Relative name -> bytes."""
    names = fs.find(base)
    prefix = fs._strip_protocol(base).rstrip("/") + "/"
    return {name.removeprefix(prefix): fs.cat_file(name) for name in names}


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Manifests of remote outputs lie in the user's state directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_tree_in_memory_is_mirrored_and_resumed(memory, tmp_path):
    make_tree(tmp_path / "src")
    (tmp_path / "src" / "broken.png").unlink()
    upload(memory, tmp_path / "src", "memory://in")
    # One file at a time: workers would have memories of their own.
    arguments = ("memory://in", "-r", "--out-dir", "memory://out", "-k", 8, "--include", "p00*")
    for words in ("8 compressed", "8 skipped (8 unchanged)"):
        arguments = (*arguments[:-2], "--include", "p00[0-7].png")
        done = compress(*arguments)
        assert done.exit_code == 0, done.output
        assert words in done.stdout
    assert (
        compress(tmp_path / "src", "-r", "--out-dir", tmp_path / "out", *arguments[4:]).exit_code
        == 0
    )
    assert below(memory, "memory://out") == contents(tmp_path / "out")
    assert list((tmp_path / "state" / "huepress").glob("*.sqlite"))


def test_single_files_of_stores(memory, tmp_path):
    memory.pipe_file("memory://in/a.png", as_file(scene()))
    assert compress("memory://in/a.png").exit_code == 0
    assert memory.exists("memory://in/a-hp.png")
    assert compress("memory://in/a.png").exit_code == 1
    assert compress("memory://in/a.png", "-o", tmp_path / "b.webp").exit_code == 0
    assert compress("memory://in/a.png", "--in-place").exit_code == 0
    before = memory.cat_file("memory://in/a.png")
    assert compress("memory://in/a.png", "--in-place", "-k", 2).exit_code == 0
    assert memory.cat_file("memory://in/a.png") == before
    done = compress("memory://in/none.png")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


def test_file_addresses_are_paths(tmp_path):
    (tmp_path / "a b.png").write_bytes(as_file(soft_disc()))
    done = compress((tmp_path / "a b.png").as_uri(), "--out-dir", (tmp_path / "out").as_uri())
    assert done.exit_code == 0
    assert set(contents(tmp_path / "out")) == {"a b.png"}


def test_a_store_nobody_knows_is_one_line():
    done = compress("nonsense://a/b.png", "--out-dir", "x")
    assert done.exit_code != 0
    assert isinstance(done.exception, (SystemExit, HuepressError))
    with pytest.raises(InputError, match="nonsense://"):
        store_of("nonsense://a/b.png")


@pytest.fixture(scope="module")
def s3():
    """An S3 server on loopback with a bucket; the address of its endpoint."""
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        fs = fsspec.filesystem("s3")
        fs.mkdir("bucket")
        yield fs
    server.stop()


def test_s3_is_mirrored_by_worker_processes_and_resumed(s3, tmp_path):
    make_tree(tmp_path / "src")
    (tmp_path / "src" / "broken.png").unlink()
    upload(s3, tmp_path / "src", "s3://bucket/in")
    local = compress(tmp_path / "src", "-r", "--out-dir", tmp_path / "out", "-k", 16)
    assert local.exit_code == 0
    arguments = ("s3://bucket/in", "-r", "--out-dir", "s3://bucket/out", "-k", 16, "--threads", 2)
    done = compress(*arguments)
    assert done.exit_code == 0, done.output
    assert "12 compressed, 1 left (1 a photo format), 2 copied" in done.stdout
    assert below(s3, "s3://bucket/out") == contents(tmp_path / "out")
    assert "15 unchanged" in compress(*arguments).stdout
    s3.pipe_file("s3://bucket/in/p000.png", as_file(scene(seed=77)))
    done = compress(*arguments)
    assert done.exit_code == 0, done.output
    assert "1 compressed" in done.stdout


def test_s3_says_in_one_line_what_is_missing(s3):
    done = compress("s3://bucket/none.png", "-o", "s3://bucket/x.png")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    done = compress("s3://no-such-bucket/a.png", "--out-dir", "s3://bucket/out")
    assert done.exit_code == 1


def test_http_is_read_and_not_written(tmp_path):
    pytest.importorskip("aiohttp")
    (tmp_path / "a.png").write_bytes(as_file(scene()))
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        done = compress(f"{base}/a.png?size=2", "--out-dir", tmp_path / "out")
        assert done.exit_code == 0, done.output
        assert (tmp_path / "out" / "a.png").read_bytes() == huepress.compress(
            scene(), effort="fast"
        ).data
        done = compress(f"{base}/a.png", "--out-dir", f"{base}/out")
        assert done.exit_code == 1
        assert compress(f"{base}/none.png", "--out-dir", tmp_path / "out").exit_code == 1
        with pytest.raises(OutputError):
            store_of(base).write(f"{base}/b", b"", force=True, keep_from=None, make_parents=False)
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
