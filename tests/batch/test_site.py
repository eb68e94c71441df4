"""A whole site: what comes out works as what went in, byte for byte where no picture is."""

import http.server
import json
import os
import threading
import time
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from images import as_file, decoded, scene
from sites import icns, icon, make_site
from trees import compress, contents

LEFT_OUT = (".DS_Store", ".gitignore", ".huepressignore", ".git/", "node_modules/", "vendor/",
            "drafts/", "big.psd")  # fmt: skip
PHOTOS = {"img/a.jpg", "img/photo.jpg", "img/photo.webp", "img/photo.avif"}
ANIMATIONS = {"img/anim.gif", "img/anim.png", "img/anim.webp"}


def rows_of(done):
    return {Path(row["input"]).name: row for row in map(json.loads, done.stdout.splitlines())}


def frames_of(data):
    return getattr(Image.open(BytesIO(data)), "n_frames", 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, what was in it, where it went, and the rows of the run."""
    root = tmp_path_factory.mktemp("site") / "site"
    given = make_site(root)
    for path in root.rglob("*"):
        os.utime(path, ns=(10**18, 10**18 + 123))
    done = compress(root, "-r", "--out-dir", root.parent / "dist", "--json")
    assert done.exit_code == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    rows = {Path(row["input"]).relative_to(root).as_posix(): row for row in rows}
    return root, given, root.parent / "dist", rows


def test_every_file_is_there_under_its_name(site):
    root, given, dist, _ = site
    wanted = {name for name in given if not name.startswith(LEFT_OUT)}
    assert set(contents(dist)) == wanted
    assert len(wanted) > 35
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == {
        root / name: data for name, data in given.items()
    }


def test_what_is_no_picture_is_the_same_with_mode_and_time(site):
    root, given, dist, rows = site
    same = {name for name, row in rows.items() if row["status"] in ("copied", "left")}
    assert same >= {"index.html", "data/empty.dat", "bin/tool.sh", ".htaccess", "keep.psd"}
    for name in same:
        before, after = (root / name).stat(), (dist / name).stat()
        assert (dist / name).read_bytes() == given[name]
        assert (before.st_mode, before.st_mtime_ns) == (after.st_mode, after.st_mtime_ns)


def test_pictures_keep_their_format_and_are_never_larger(site):
    _, given, dist, rows = site
    for name in sorted(rows):
        if rows[name]["status"] not in ("compressed", "kept", "left"):
            continue
        before, after = given[name], (dist / name).read_bytes()
        assert len(after) <= len(before)
        assert Image.open(BytesIO(after)).format == Image.open(BytesIO(before)).format
        assert Image.open(BytesIO(after)).size == Image.open(BytesIO(before)).size
        assert frames_of(after) == frames_of(before)
    small = {name for name, row in rows.items() if row["status"] == "compressed"}
    assert small >= {"img/a.png", "img/old.bmp", "img/scan.tif", "favicon.ico",
                     "icons/app.icns", "img/Logo@2x.PNG"}  # fmt: skip
    assert all(len(given[name]) > len((dist / name).read_bytes()) for name in small)


def test_rows_say_why(site):
    rows = site[3]
    codes = {name: (row["status"], row["code"]) for name, row in rows.items()}
    for name in PHOTOS:
        assert codes[name] == ("left", "photo_format")
    for name in ANIMATIONS:
        assert rows[name]["error"] is None
        assert codes[name][0] in ("left", "compressed", "kept")
        assert codes[name][0] != "left" or codes[name][1] == "animation"
    assert codes["index.html"] == codes["data/empty.dat"] == ("copied", "not_a_picture")
    assert codes["img/a.png"] == ("compressed", "smaller")
    for name in (".git", "node_modules", "vendor", "drafts", "big.psd", ".DS_Store"):
        assert codes[name] == ("skipped", "ignored")
    assert rows["vendor"]["reason"] == "ignored: .huepressignore"
    assert rows["big.psd"]["reason"] == "ignored: .gitignore"


def test_icons_keep_every_size(site):
    _, given, dist, _ = site
    made = (dist / "favicon.ico").read_bytes()
    small, large = Image.open(BytesIO(made)), Image.open(BytesIO(given["favicon.ico"]))
    assert small.info["sizes"] == large.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    for size in small.info["sizes"]:
        one, other = Image.open(BytesIO(made)), Image.open(BytesIO(given["favicon.ico"]))
        one.size = other.size = size
        shown, truth = (image.convert("RGBA") for image in (one, other))
        a, b = (bytes(image.getchannel("A").tobytes()) for image in (shown, truth))
        assert max(abs(x - y) for x, y in zip(a, b, strict=True)) < 24
        assert [x == 0 for x in a] == [y == 0 for y in b]
        assert all(x == 255 for x, y in zip(a, b, strict=True) if y == 255)
    sets = [given["icons/app.icns"], (dist / "icons/app.icns").read_bytes()]
    assert len({str(Image.open(BytesIO(data)).info["sizes"]) for data in sets}) == 1


def test_a_second_run_does_nothing_quickly_and_a_check_is_content(site):
    root, _, dist, _ = site
    before = {path: path.stat().st_mtime_ns for path in dist.rglob("*")}
    started = time.process_time()
    done = compress(root, "-r", "--out-dir", dist)
    assert time.process_time() - started < 1
    assert done.exit_code == 0
    assert "unchanged" in done.stdout
    assert not {"compressed", "copied"} & set(done.stdout.split())
    assert {path: path.stat().st_mtime_ns for path in dist.rglob("*")} == before
    assert compress(root, "-r", "--out-dir", dist, "--check").exit_code == 0
    done = compress(dist, "-r", "--check")
    assert done.exit_code == 0, done.stdout
    assert not list(dist.rglob(".huepress*"))
    assert not (root / ".huepress.sqlite").exists()


def test_a_mirrored_tree_is_not_compressed_a_second_time(site, tmp_path):
    dist = site[2]
    done = compress(dist, "-r", "--out-dir", tmp_path / "again", "--json")
    assert done.exit_code == 0
    rows = rows_of(done)
    assert rows["old.bmp"]["code"] == rows["scan.tif"]["code"] == "compressed_before"
    assert contents(tmp_path / "again") == contents(dist)


def test_in_place_pictures_keep_format_and_name_and_check_is_content(tmp_path):
    given = make_site(tmp_path)
    assert compress(tmp_path, "-r", "--check").exit_code == 1
    assert {n: (tmp_path / n).read_bytes() for n in given} == given
    done = compress(tmp_path, "-r", "--in-place", "--json")
    assert done.exit_code == 0, done.stderr
    once = {name: (tmp_path / name).read_bytes() for name in given}
    changed = {name for name in given if once[name] != given[name]}
    assert changed >= {"img/a.png", "img/old.bmp", "img/scan.tif", "favicon.ico", "img/Logo@2x.PNG"}
    assert not changed & PHOTOS
    assert not any(name.startswith(LEFT_OUT) for name in changed)
    assert compress(tmp_path, "-r", "--check").exit_code == 0
    assert compress(tmp_path, "-r", "--in-place", "--no-manifest").exit_code == 0
    assert {name: (tmp_path / name).read_bytes() for name in given} == once
    photos = [tmp_path / name for name in sorted(PHOTOS | ANIMATIONS)]
    for flag in ("--check", "--in-place"):
        assert compress(*photos, flag).exit_code == 0


def test_without_the_rest_only_pictures_go_along(site, tmp_path):
    done = compress(site[0], "-r", "--out-dir", tmp_path / "d", "--no-copy-rest")
    assert done.exit_code == 0
    names = set(contents(tmp_path / "d"))
    assert names >= PHOTOS | ANIMATIONS | {"favicon.ico", "img/a.png"}
    assert not {name for name in names if name.endswith((".html", ".css", ".svg", ".mp4"))}


def test_no_ignore_takes_all_but_git(site, tmp_path):
    root, given, _, _ = site
    done = compress(root, "-r", "--out-dir", tmp_path / "d", "--no-ignore", "--dry-run", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    names = {Path(row["input"]).relative_to(root).as_posix() for row in told}
    assert names - {".git"} == {
        name for name in given if not name.startswith((".git/", ".huepressignore"))
    }


def test_a_broken_picture_fails_and_goes_along(tmp_path):
    root, dist = tmp_path / "site", tmp_path / "dist"
    root.mkdir()
    (root / "broken.png").write_bytes(as_file(scene())[:700])
    (root / "page.html").write_text("<img src=broken.png>")
    for _ in range(2):
        done = compress(root, "-r", "--out-dir", dist, "--json")
        assert done.exit_code == 1
        row = rows_of(done)["broken.png"]
        assert (row["status"], row["code"]) == ("failed", "damaged")
        assert row["output"] == str(dist / "broken.png")
        assert contents(dist) == contents(root)
    (root / "broken.png").write_bytes(as_file(scene())[:900])
    compress(root, "-r", "--out-dir", dist)
    assert contents(dist) == contents(root)
    (root / "broken.png").write_bytes(as_file(scene()))
    assert compress(root, "-r", "--out-dir", dist).exit_code == 0
    assert decoded(contents(dist)["broken.png"]).shape == (96, 128, 3)


def test_links_to_directories_go_along(tmp_path):
    root, dist = tmp_path / "site", tmp_path / "dist"
    (root / "v2").mkdir(parents=True)
    (root / "v2" / "a.css").write_text("a {}")
    (root / "latest").symlink_to("v2")
    (root / "absolute").symlink_to(root / "v2")
    for _ in range(2):
        done = compress(root, "-r", "--out-dir", dist)
        assert done.exit_code == 0, done.stderr
    assert (dist / "latest").is_symlink()
    assert (dist / "latest" / "a.css").read_text() == "a {}"
    assert not (dist / "absolute").exists()


def test_empty_directories_go_along(tmp_path):
    root, dist = tmp_path / "site", tmp_path / "dist"
    (root / "uploads" / "new").mkdir(parents=True)
    (root / "uploads" / "new").chmod(0o750)
    (root / "a.css").write_text("a {}")
    for words in ("2 copied", "2 skipped (2 unchanged)"):
        done = compress(root, "-r", "--out-dir", dist)
        assert done.exit_code == 0, done.stderr
        assert words in done.stdout
    assert (dist / "uploads" / "new").stat().st_mode & 0o777 == 0o750
    for more in (["--no-copy-rest"], ["--include", "*.css"]):
        done = compress(root, "-r", "--out-dir", tmp_path / "other", *more)
        assert done.exit_code == 0, done.stderr
        assert not (tmp_path / "other" / "uploads").exists()
    assert compress(root, "-r", "--in-place").exit_code == 0


def test_an_empty_directory_never_replaces_a_file(tmp_path):
    (tmp_path / "site" / "logs").mkdir(parents=True)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "logs").write_text("mine")
    done = compress(tmp_path / "site", "-r", "--out-dir", tmp_path / "dist")
    assert done.exit_code == 1
    assert "exists already" in done.stderr
    assert (tmp_path / "dist" / "logs").read_text() == "mine"


@pytest.mark.parametrize("damage", ["cut", "no pictures", "bad picture"])
@pytest.mark.parametrize("kind", ["ico", "icns"])
def test_damaged_icons_are_refused_in_one_line(tmp_path, kind, damage):
    whole = icon([16, 32]) if kind == "ico" else icns([64, 128])
    data = {
        "cut": whole[: len(whole) // 2],
        "no pictures": whole[:4] + bytes(40),
        "bad picture": whole[:-300] + bytes(300),
    }[damage]
    path = tmp_path / f"x.{kind}"
    path.write_bytes(data)
    done = compress(path, "--in-place")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert path.read_bytes() == data


def test_icons_within_a_size_and_never_twice(tmp_path):
    path = tmp_path / "favicon.ico"
    path.write_bytes(icon([16, 24]))
    limit = 800
    assert compress(path, "--in-place", "--max-size", limit).exit_code == 0
    assert path.stat().st_size <= limit
    once = path.read_bytes()
    assert compress(path, "--in-place", "--no-manifest").exit_code == 0
    assert path.read_bytes() == once
    path.write_bytes(icon([16, 24]))
    done = compress(path, "--in-place", "--max-size", 100)
    assert done.exit_code == 4


@pytest.fixture
def served(site):
    """The address of the mirrored site."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(quiet, directory=str(site[2]))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.web
def test_a_browser_shows_every_picture(served):
    tools = pytest.importorskip("playwright.sync_api")
    from web_browser import CHROMIUM, FLAGS

    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with tools.sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        missing = []
        page.on("response", lambda r: missing.append(r.url) if r.status >= 400 else None)
        for name in ("index.html", "pages/about.html"):
            page.goto(f"{served}/{name}", wait_until="networkidle")
            shown = page.evaluate("[...document.images].map(i => [i.src, i.naturalWidth])")
            assert len(shown) > 2
            assert all(width > 0 for _, width in shown), shown
            assert page.evaluate("document.documentElement.dataset.ready") == "yes"
        for name in ("favicon.ico", "icons/icon-192.png"):
            page.set_content(f'<img src="{served}/{name}">')
            page.wait_for_function("document.images[0].complete")
            assert page.evaluate("document.images[0].naturalWidth") > 0
        assert not missing
