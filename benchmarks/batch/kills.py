"""Kill a run with SIGKILL at random moments, resume it, and compare with an undisturbed run.

    python benchmarks/batch/kills.py [--files 2000] [--kills 5] [--work /tmp/huepress-kills]

Prints, for every kill, the files that were there and the files that were made again afterwards.
"""

import argparse
import os
import random
import shutil
import signal
import time
from pathlib import Path

from common import digests, make_tree, start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--largest", type=int, default=200_000)
    parser.add_argument("--work", type=Path, default=Path("/tmp/huepress-kills"))
    arguments = parser.parse_args()
    tree, whole, out = (arguments.work / name for name in ("src", "whole", "out"))
    make_tree(tree, arguments.files, arguments.largest)
    for folder in (whole, out):
        shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    start(tree, whole, 2).wait()
    seconds = time.perf_counter() - began
    print(f"undisturbed: {seconds:.1f} s, {len(digests(whole))} files made")
    rng = random.Random(6)
    for number in range(arguments.kills):
        before = times(out)
        run = start(tree, out, 2)
        time.sleep(seconds / arguments.kills * rng.uniform(0.3, 0.9))
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        redone = sum(after != before[path] for path, after in times(out).items() if path in before)
        litter = len(list(out.rglob(".huepress-*.tmp")))
        print(f"kill {number}: {len(times(out))} files there, {redone} made twice, {litter} litter")
    before = times(out)
    start(tree, out, 2).wait()
    redone = sum(after != before[path] for path, after in times(out).items() if path in before)
    litter = len(list(out.rglob(".huepress-*.tmp")))
    same = digests(out) == digests(whole)
    print(f"resumed: {redone} made twice, {litter} litter, same tree: {same}")
    began = time.perf_counter()
    start(tree, out, 2).wait()
    print(f"once more over the unchanged tree: {time.perf_counter() - began:.1f} s")


def times(root):
    return {p: p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file() and p.name[0] != "."}


if __name__ == "__main__":
    main()
