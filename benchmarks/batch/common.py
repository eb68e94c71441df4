"""What the long runs of batches share: a tree of real pictures, and ways to look at results."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HUEPRESS = [sys.executable, "-m", "huepress"]
EXAMPLES = Path(__file__).parents[3] / "shared" / "images"


def make_tree(root, n_files, largest):
    """Copy real pictures, round and round, until there are enough; none above `largest` bytes."""
    sources = sorted(
        path
        for path in EXAMPLES.rglob("*")
        if path.suffix in (".png", ".jpg", ".webp", ".gif", ".tif")
        and path.stat().st_size <= largest
    )
    shutil.rmtree(root, ignore_errors=True)
    for i in range(n_files):
        source = sources[i % len(sources)]
        target = root / f"copy{i // len(sources)}" / source.relative_to(EXAMPLES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    print(
        f"{n_files} files, {sum(f.stat().st_size for f in root.rglob('*') if f.is_file()):,} bytes"
    )


def digests(root):
    """Relative name -> digest of every file but huepress's own."""
    return {
        str(path.relative_to(root)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".huepress")
    }


def command(tree, out, n_threads, *more):
    return [
        *HUEPRESS, "compress", str(tree), "-r", "--out-dir", str(out), "--effort", "fast",
        "--threads", str(n_threads), "--quiet", *more,
    ]  # fmt: skip


def start(*arguments, **more):
    return subprocess.Popen(
        command(*arguments), stderr=subprocess.DEVNULL, start_new_session=True, **more
    )


def processor_seconds():
    """Processor time of the children that ended."""
    times = os.times()
    return times.children_user + times.children_system
