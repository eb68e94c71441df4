"""One run in a process of its own, so that its peak memory is its own: measure.py NAME AIM IN OUT.

AIM is ``k=64`` or ``score=71.5``. Prints seconds and CPU seconds (of writing the file, without
starting Python) and the peak memory in MB of this process or of the largest program that it ran.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from pathlib import Path
from time import perf_counter

from peers import peers

import huepress
from huepress.encode import oxipng_process


def main(name: str, aim: str, source: str, out: str) -> None:
    """Write one file and print what it took."""
    peer = next(peer for peer in peers(name) if peer.name == name)
    pixels = huepress.load(source).pixels
    kind, _, value = aim.partition("=")
    started, used = perf_counter(), processor_seconds()
    if kind == "k":
        data = peer.write(pixels, int(value))
    else:
        assert peer.aim is not None
        data = peer.aim(pixels, float(value))
    seconds = perf_counter() - started
    oxipng_process.end_all()  # what it took is told only once it has ended
    used = processor_seconds() - used
    Path(out).write_bytes(data)
    kilobytes = max(own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    told = {"seconds": seconds, "cpu_seconds": used, "peak_mb": kilobytes / 1024}
    print(json.dumps(told))


def own_peak() -> int:
    """Return the peak memory of this process in kB.

    Linux hands the peak of the parent down to ru_maxrss; VmHWM begins anew with each program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def processor_seconds() -> float:
    """Return what this process and the programs that it ran took of the processors."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(*sys.argv[1:])
