"""References follow pictures that changed their names: exactly those, and nothing else."""

import json
from pathlib import Path

import pytest

from huepress.batch.rewriting import Renames, rewritten
from images import as_file, scene
from sites import make_site
from trees import compress, contents

NAMES = Renames({
    "img/a.png": "img/a.webp",
    "img/big b.png": "img/big b.webp",
    "img/größe.png": "img/größe.webp",
    "pages/own.PNG": "pages/own.webp",
    "it's #1.png": "it's #1.webp",
    "img/a,b.png": "img/a,b.webp",
})  # fmt: skip


def after(text, kind, file="index.html"):
    return rewritten(text.encode(), kind, file, NAMES).decode()


@pytest.mark.parametrize(
    ("kind", "before", "expected"),
    [
        ("html", '<img src="img/a.png">', '<img src="img/a.webp">'),
        ("html", "<img\n  src='./img/a.png?v=1#x' alt=a.png>", None),
        ("html", "<img src=img/a.png>", "<img src=img/a.webp>"),
        ("html", '<img src="/img/a.png">', '<img src="/img/a.webp">'),
        ("html", '<img src="img/big%20b.png">', '<img src="img/big%20b.webp">'),
        ("html", '<img src="img/gr%C3%B6%C3%9Fe.png">', '<img src="img/gr%C3%B6%C3%9Fe.webp">'),
        ("html", '<img srcset="img/a.png 1x, img/c.png 2x,img/a.png 3x">',
         '<img srcset="img/a.webp 1x, img/c.png 2x,img/a.webp 3x">'),
        ("html", '<div style="b: url(img/a.png)">', '<div style="b: url(img/a.webp)">'),
        ("html", '<link rel="icon" href="img/a.png">', '<link rel="icon" href="img/a.webp">'),
        ("css", "a { background: url( 'img/a.png' ) }", "a { background: url( 'img/a.webp' ) }"),
        ("css", 'a { b: image-set("img/a.png" 1x) }', 'a { b: image-set("img/a.webp" 1x) }'),
        ("js", "load('img/a.png'); const s = `img/${n}.png`",
         "load('img/a.webp'); const s = `img/${n}.png`"),
        ("js", '{"src": "img\\/a.png"}', '{"src": "img\\/a.webp"}'),
        ("md", "![text](img/a.png \"title\") [x](img/a.png)",
         "![text](img/a.webp \"title\") [x](img/a.webp)"),
        ("md", "![one](<img/big b.png>)\n\n[ref]: img/a.png\n",
         "![one](<img/big b.webp>)\n\n[ref]: img/a.webp\n"),
        ("md", '<img src="img/a.png" width=3>', '<img src="img/a.webp" width=3>'),
        ("html", "<img src='it&#39;s%20%231.png#x'>", "<img src='it&#39;s%20%231.webp#x'>"),
        ("html", '<object data="img/a.png"></object>', '<object data="img/a.webp"></object>'),
        ("html", '<td background=img/a.png data-lazy-src="img/a.png">',
         '<td background=img/a.webp data-lazy-src="img/a.webp">'),
        ("html", '<img data-bg-srcset="img/a.png 1x, img/a.png 2x">',
         '<img data-bg-srcset="img/a.webp 1x, img/a.webp 2x">'),
        ("css", r"a { b: url(img/big\ b.png) } c { d: url(img/gr\0000f6\df e.png) }",
         r"a { b: url(img/big\ b.webp) } c { d: url(img/gr\0000f6\df e.webp) }"),
    ],
)  # fmt: skip
def test_references_follow(kind, before, expected):
    if expected is None:
        expected = before.replace("img/a.png", "img/a.webp", 1)
    assert after(before, kind) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", '<img src="https://example.org/img/a.png">'),
        ("html", '<img src="//host/img/a.png"><img src="data:image/png;base64,aaaa">'),
        ("html", '<img src="other/img/a.png"><img src="../img/a.png"><p>img/a.png</p>'),
        ("html", '<base href="/x/"><img src="img/a.png">'),
        ("html", '<img alt="img/a.png" title="img/a.png"><img src="img/A.PNG">'),
        ("css", "a { background: url(a.png) } /* img/a.png */"),
        ("js", "// img/a.png\nconst x = 'see img/a.png'; y = img/a.png"),
        ("md", "see img/a.png and `img/a.png`"),
    ],
)
def test_nothing_is_guessed(kind, text):
    assert after(text, kind) == text


@pytest.mark.parametrize(
    ("kind", "before", "expected"),
    [
        ("html", '<source type="image/png" srcset="img/a.png?v=2 1x">',
         '<source type="image/webp" srcset="img/a.webp?v=2 1x">'),
        ("html", "<link rel=icon type=image/x-png href=img/a.png>",
         "<link rel=icon type=image/webp href=img/a.webp>"),
        ("html", '<source type="image/png" srcset="img/c.png"><img src="img/a.png">',
         '<source type="image/png" srcset="img/c.png"><img src="img/a.webp">'),
        ("html", '<input type=image src="img/a.png">', '<input type=image src="img/a.webp">'),
        ("css", 'a { b: image-set(url(img/a.png) type("image/png"), url(c) type("image/png")) }',
         'a { b: image-set(url(img/a.webp) type("image/webp"), url(c) type("image/png")) }'),
    ],
)  # fmt: skip
def test_a_type_beside_a_reference_follows(kind, before, expected):
    assert after(before, kind) == expected


def test_paths_are_relative_to_the_base_of_a_page():
    for base in ("../../", "/", "..//../#top"):
        page = f'<base target=_top href="{base}"><img src="img/a.png"><img src="../img/a.png">'
        changed = page.replace('"img/a.png"', '"img/a.webp"')
        assert after(page, "html", "sub/deep/page.html") == changed
    page = '<base href="img/"><img src="a.png"><img src="img/a.png"><img src="/img/a.png">'
    expected = '<base href="img/"><img src="a.webp"><img src="img/a.png"><img src="/img/a.webp">'
    assert after(page, "html") == expected
    for elsewhere in ("https://example.org/", "//example.org/x/"):
        page = f"<base href='{elsewhere}'><img src=img/a.png>"
        assert after(page, "html") == page


def test_a_comma_inside_an_address_of_a_srcset_is_part_of_it():
    page = '<img srcset="img/a,b.png 1x, img/a.png 2x,img/a,b.png 3x"><img srcset="img/a,b.png">'
    assert after(page, "html") == page.replace(".png", ".webp")


def test_strings_of_styles_and_scripts_inside_a_page_follow():
    page = (
        '<style>a { b: image-set("img/a.png" 1x, url(img/a.png) 2x) }</style>'
        """<style>a { b: image-set("img/a.png" 1x, url('c (1).png') 2x) }</style>"""
        "<p style=\"b: -webkit-image-set('img/a.png' 1x)\">"
        "<script>load('img/a.png')</script>"
    )
    words = "<p>'img/a.png'"
    assert after(page + words, "html") == page.replace("img/a.png", "img/a.webp") + words


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("iso-8859-1", '<meta charset="iso-8859-1">'), ("utf-16", ""), ("cp1251", None)],
)
def test_pages_in_other_encodings_follow(encoding, declared):
    if declared is None:
        page = '<meta content="text/html; charset=windows-1251"><p>Да<img src="img/a.png">'
    else:
        page = f'{declared}<p>\xe4<img src="img/größe.png"><img src="img/a.png">'
    expected = page.replace("größe.png", "größe.webp").replace("a.png", "a.webp")
    assert rewritten(page.encode(encoding), "html", "index.html", NAMES) == expected.encode(
        encoding
    )


def test_paths_are_relative_to_their_file():
    assert after('<img src="own.PNG"><img src="../img/a.png">', "html", "pages/x.html") == (
        '<img src="own.webp"><img src="../img/a.webp">'
    )
    assert after("url(../img/a.png) url(img/a.png)", "css", "css/x.css") == (
        "url(../img/a.webp) url(img/a.png)"
    )
    assert after("f('img/a.png')", "js", "js/x.js") == "f('img/a.webp')"


def test_other_bytes_stay():
    latin = b'<p>gr\xf6\xdfe</p>\r\n<img src="img/a.png">\r\n'
    assert rewritten(latin, "html", "i.html", NAMES) == latin.replace(b"a.png", b"a.webp")
    wide = '<img src="img/a.png">'.encode("utf-16-le")  # without its mark
    assert rewritten(wide, "html", "i.html", NAMES) == wide


@pytest.fixture
def site(tmp_path):
    make_site(tmp_path / "site")
    (tmp_path / "site/.huepressignore").write_text(
        "a.jpg\nphoto.webp\nphoto.jpg\nanim.png\nanim.webp\n"
    )
    return tmp_path / "site"


def test_a_site_in_another_format_keeps_its_references(site, tmp_path):
    dist = tmp_path / "dist"
    arguments = (site, "-r", "--out-dir", dist, "-f", "webp", "--rewrite", "html,css,js,md")
    given = contents(site)
    done = compress(*arguments, "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert "+++ b/index.html" in done.stdout
    assert '-<img src="img/logo.png" alt="logo">' in done.stdout
    assert not dist.exists()
    done = compress(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    assert contents(site) == given
    made = contents(dist)
    rows = {Path(r["input"]).name: r for r in map(json.loads, done.stdout.splitlines())}
    assert rows["index.html"]["code"] == "rewritten"
    assert "img/logo.webp" in made
    assert "img/logo.png" not in made
    page = made["index.html"].decode()
    assert 'src="img/logo.webp"' in page
    assert "img/logo.webp 1x, img/Logo@2x.webp 2x" in page
    anim = "anim.webp" if "img/anim.webp" in made else "anim.gif"
    assert f'src="img/{anim}"' in page
    assert "![logo](img/logo.webp)" in made["README.md"].decode()
    manifest = made["site.webmanifest"].decode()
    icon = "icon-192.webp" if "icons/icon-192.webp" in made else "icon-192.png"
    assert f"icons/{icon}" in manifest
    for name, text in made.items():
        if name.endswith((".html", ".css")):
            for old in given:
                if old.endswith(".png") and old not in (*made, "img/anim.png"):
                    assert Path(old).name not in text.decode(), (name, old)
    before = {path: path.stat().st_mtime_ns for path in dist.rglob("*")}
    again = compress(*arguments)
    assert "copied" not in again.stdout
    assert "compressed" not in again.stdout
    assert {path: path.stat().st_mtime_ns for path in dist.rglob("*")} == before
    done = compress(site, "-r", "--out-dir", dist, "--prune")  # and back again
    assert done.exit_code == 0, done.stderr
    assert contents(dist)["index.html"] == given["index.html"]
    assert "img/logo.webp" not in contents(dist)


def test_usage(tmp_path):
    (tmp_path / "a.png").write_bytes(as_file(scene(9, 9)))
    for arguments in (["--rewrite", "php", "--out-dir", "x"], ["--rewrite", "html"]):
        assert compress(tmp_path, "-r", *arguments).exit_code == 2
