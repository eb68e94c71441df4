"""A site of some forty files of every kind, drawn: pages with pictures, and all around them."""

import struct
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from images import as_file, noise, ramp, scene, soft_disc

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="{up}favicon.ico">
<link rel="stylesheet" href="{up}css/site.css"></head>
<body><h1>{title}</h1>
<a href="{up}index.html">home</a>
{body}
<script src="{up}js/site.js"></script></body></html>
"""
INDEX = """<img src="img/logo.png" alt="logo"> <img src="img/photo.jpg" alt="photo">
<img src="img/Logo@2x.PNG" alt="upper case"> <img src="img/chart.gif" alt="chart">
<img src="img/a.png"><img src="img/a.jpg">
<img src="img/anim.gif"><img src="img/anim.png"><img src="img/anim.webp">
<img src="img/drawing.svg"> <img srcset="img/logo.png 1x, img/Logo@2x.PNG 2x">
<picture><source srcset="img/photo.avif" type="image/avif">
<source srcset="img/photo.webp" type="image/webp"><img src="img/photo.jpg"></picture>"""
ABOUT = """<img src="../img/screen.webp"> <img src='../img/gr%C3%B6%C3%9Fe%20%231.png'>
<img src="../img/old.bmp"><p style="background: url(../img/tile.png)">text</p>"""
CSS = "body { background: url('../img/tile.png') }\nh1 { background: url(../img/ramp.png) }\n"


def make_site(root):
    """Write the site; returns its files, relative names -> bytes."""
    for name, data in _files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    (root / "bin/tool.sh").chmod(0o755)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in _all(root)}


def _all(root):
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


def _files():
    photo = scene(120, 160, seed=3)
    return {
        "index.html": PAGE.format(title="Home", up="", body=INDEX),
        "pages/about.html": PAGE.format(title="About", up="../", body=ABOUT),
        "css/site.css": CSS,
        "js/site.js": "document.documentElement.dataset.ready = 'yes';\n",
        "README.md": "![logo](img/logo.png)\n",
        "data/table.csv": "a,b\n1,2\n",
        "data/empty.dat": b"",
        "fonts/none.woff2": b"wOF2" + bytes(60),
        "media/clip.mp4": b"\0\0\0\x18ftypmp42" + bytes(4000),
        "bin/tool.sh": "#!/bin/sh\nexit 0\n",
        "robots.txt": "User-agent: *\n",
        "site.webmanifest": '{"icons": [{"src": "icons/icon-192.png"}]}\n',
        ".well-known/security.txt": "Contact: mailto:none@example.org\n",
        ".htaccess": "Options -Indexes\n",
        ".DS_Store": b"\0\0\0\1Bud1",
        ".gitignore": "*.psd\n/drafts/\n!keep.psd\n",
        ".huepressignore": "vendor/\n",
        ".git/config": "[core]\n",
        "node_modules/thing/a.png": as_file(scene(30, 30)),
        "vendor/v.png": as_file(scene(30, 30)),
        "drafts/d.png": as_file(scene(30, 30)),
        "big.psd": b"8BPS" + bytes(100),
        "keep.psd": b"8BPS" + bytes(50),
        "favicon.ico": icon([16, 32, 48]),
        "icons/app.icns": icns([64, 128]),
        "icons/icon-192.png": as_file(soft_disc(192)),
        "res/mipmap-hdpi/ic.png": as_file(soft_disc(72)),
        "res/mipmap-xhdpi/ic.png": as_file(soft_disc(96)),
        "img/logo.png": as_file(soft_disc(120)),
        "img/Logo@2x.PNG": as_file(soft_disc(150)),
        "img/a.png": as_file(scene(60, 80, seed=1)),
        "img/a.jpg": as_file(scene(60, 80, seed=2), "jpeg"),
        "img/photo.jpg": as_file(photo, "jpeg", quality=80),
        "img/photo.webp": as_file(photo, "webp", quality=70),
        "img/photo.avif": as_file(photo, "avif"),
        "img/screen.webp": as_file(scene(90, 90, seed=4), "webp", lossless=True),
        "img/chart.gif": chart(),
        "img/ramp.png": as_file(ramp(80, 120)),
        "img/tile.png": as_file(noise(32, 32, levels=4)),
        "img/größe #1.png": as_file(scene(50, 60, seed=8)),
        "img/old.bmp": as_file(scene(40, 50, seed=6), "bmp"),
        "img/scan.tif": as_file(scene(50, 70, seed=7), "tiff"),
        "img/anim.gif": animation("GIF"),
        "img/anim.png": animation("PNG"),
        "img/anim.webp": animation("WEBP"),
        "img/drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<rect width="9" height="9" fill="red"/></svg>',
    }


def chart():
    """Bars, as GIF."""
    image = Image.new("RGB", (120, 80), "white")
    draw = ImageDraw.Draw(image)
    for i in range(12):
        draw.rectangle((10 * i, 80 - 6 * i, 10 * i + 7, 80), fill=(20 * i, 90, 255 - 20 * i))
    out = BytesIO()
    image.quantize(64).save(out, "GIF")
    return out.getvalue()


def animation(format):
    """Three frames."""
    frames = [Image.fromarray(scene(40, 40, seed=i)) for i in range(3)]
    out = BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def icon(sizes):
    """An ICO whose first picture is a BMP, the others PNGs."""
    pictures = [as_file(_badge(size)) for size in sizes]
    size = sizes[0]
    rows = _badge(size)[::-1, :, [2, 1, 0, 3]].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0)
    pictures[0] = head + rows + bytes(size * ((size + 31) // 32 * 4))
    at, entries = 6 + 16 * len(sizes), b""
    for size, picture in zip(sizes, pictures, strict=True):
        entries += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return struct.pack("<HHH", 0, 1, len(sizes)) + entries + b"".join(pictures)


def icns(sizes):
    """An ICNS of PNGs, with a table of contents."""
    kinds = {64: b"icp6", 128: b"ic07", 256: b"ic08"}
    parts = [(kinds[size], as_file(_badge(size))) for size in sizes]
    heads = b"".join(struct.pack(">4sI", kind, 8 + len(data)) for kind, data in parts)
    body = struct.pack(">4sI", b"TOC ", 8 + len(heads)) + heads
    body += b"".join(struct.pack(">4sI", kind, 8 + len(data)) + data for kind, data in parts)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def _badge(size):
    """A soft disc with a shaded scene on it."""
    pixels = soft_disc(size)
    shade = scene(size, size, seed=size)
    pixels[..., :3] = (pixels[..., :3].astype(np.uint16) + shade) // 2
    return pixels
