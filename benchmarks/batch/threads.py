"""Throughput of one and of two worker processes over the same tree, and memory over time.

    python benchmarks/batch/threads.py [--files 2000] [--work /tmp/huepress-threads]

On a machine that others use too, wall-clock says little: the runs are cut into rounds that
alternate, and the processor time of each is printed beside it. With processor time the same for one
and two workers, a machine with two free cores has twice the throughput.
"""

import argparse
import shutil
import time
from pathlib import Path

from common import make_tree, processor_seconds, start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--largest", type=int, default=200_000)
    parser.add_argument("--work", type=Path, default=Path("/tmp/huepress-threads"))
    arguments = parser.parse_args()
    tree, out = arguments.work / "src", arguments.work / "out"
    make_tree(tree, arguments.files, arguments.largest)
    for _ in range(arguments.rounds):
        for n_threads in (1, 2):
            shutil.rmtree(out, ignore_errors=True)
            began, used = time.perf_counter(), processor_seconds()
            run = start(tree, out, n_threads)
            memory = watch(run)
            wall, used = time.perf_counter() - began, processor_seconds() - used
            print(
                f"{n_threads} worker(s): {wall:.1f} s wall, {used:.1f} s processor,"
                f" {used / wall:.2f} cores busy, {arguments.files / wall:.1f} files/s;"
                f" peak memory by quarter of the run, MB: {quarters(memory)}"
            )


def watch(run):
    """Resident memory of the whole group, in MB, every 0.2 s."""
    found = []
    while run.poll() is None:
        found.append(sum(resident(pid) for pid in group(run.pid)) / 1e6)
        time.sleep(0.2)
    return found


def group(leader):
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if stat.read_text().rpartition(")")[2].split()[2] == str(leader):
                yield stat.parent.name
        except OSError:
            continue


def resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def quarters(memory):
    step = max(1, len(memory) // 4)
    return [round(max(memory[i : i + step])) for i in range(0, 4 * step, step) if memory[i:]]


if __name__ == "__main__":
    main()
