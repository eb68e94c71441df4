"""Trees of small pictures for the tests of batches, and ways to look at them."""

from click.testing import CliRunner

import huepress
from huepress.batch.marks import marked
from huepress.cli import cli
from images import as_file, noise, scene, soft_disc


def make_tree(root, n=12):
    """Pictures at three depths, a broken one, and files that are none; returns the good ones."""
    good = []
    for i in range(n):
        folder = root / ["", "icons", "icons/big"][i % 3]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = soft_disc(21 + i) if i % 2 else scene(40 + i, 56, seed=i)
        path = folder / f"p{i:03d}.png"
        path.write_bytes(as_file(pixels))
        good.append(path)
    (root / "photo.jpg").write_bytes(as_file(noise(40, 40, levels=8), "jpeg"))
    (root / "broken.png").write_bytes(as_file(scene())[:700])
    (root / "notes.txt").write_text("not a picture")
    (root / "empty.png").write_bytes(b"")
    return good


def contents(root):
    """Relative name -> bytes of every file but huepress's own."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".huepress")
    }


def compress(*arguments):
    """Run `huepress compress` in this process, quickly."""
    return CliRunner().invoke(cli, ["compress", "--effort", "fast", *map(str, arguments)])


def made_of(path, **options):
    """What a tree's run writes for a PNG."""
    result = huepress.compress(path, effort="fast", **options)
    data = path.read_bytes()
    return data if result.status == "kept" else min(marked(result.data, "png"), data, key=len)
